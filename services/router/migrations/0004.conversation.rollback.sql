ALTER TABLE assignment DROP COLUMN follow_up;
DROP INDEX question_waits_for_asker;
ALTER TABLE question
    DROP COLUMN accepted_at, DROP COLUMN promised_at, DROP COLUMN promise_made_at, DROP COLUMN conversation,
    DROP COLUMN reopenings, DROP COLUMN asker_look_at;
