-- When to look at an assignment next: its reminder, then its due time; at once after its partner changed

ALTER TABLE assignment ADD COLUMN look_at timestamptz NOT NULL DEFAULT '-infinity';

DROP INDEX assignment_due;
DROP INDEX assignment_to_remind;
CREATE INDEX assignment_look_at ON assignment (look_at) WHERE ended_at IS NULL;
CREATE INDEX assignment_open_by_partner ON assignment (partner) WHERE ended_at IS NULL;
