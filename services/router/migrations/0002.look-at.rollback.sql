DROP INDEX assignment_open_by_partner;
DROP INDEX assignment_look_at;
CREATE INDEX assignment_to_remind ON assignment (remind_at) WHERE ended_at IS NULL AND reminded_at IS NULL;
CREATE INDEX assignment_due ON assignment (due_at) WHERE ended_at IS NULL;
ALTER TABLE assignment DROP COLUMN look_at;
