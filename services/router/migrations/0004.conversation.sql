-- A question is a conversation: what was asked back, what the asker wrote, and the promise without the waiting

ALTER TABLE question
    ADD COLUMN accepted_at timestamptz,
    ADD COLUMN promised_at timestamptz,
    ADD COLUMN promise_made_at timestamptz,
    ADD COLUMN conversation jsonb NOT NULL DEFAULT '{"clarifications": [], "words": []}',
    ADD COLUMN reopenings integer NOT NULL DEFAULT 0,
    ADD COLUMN asker_look_at timestamptz;
COMMENT ON COLUMN question.conversation IS 'Who asked back and when, when the asker wrote: moments and ids, no text';
COMMENT ON COLUMN question.promised_at IS 'The promise as it was made; promise_at leaves out the waiting since';

CREATE INDEX question_waits_for_asker ON question (asker_look_at) WHERE asker_look_at IS NOT NULL;

ALTER TABLE assignment ADD COLUMN follow_up uuid;
UPDATE assignment SET outcome = replace(outcome, ' ', '_') WHERE outcome LIKE '% %';
