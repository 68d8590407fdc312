-- The morning's list reads the few questions that are open, and not all that were ever answered

ALTER TABLE question ADD COLUMN answered_at timestamptz;
COMMENT ON COLUMN question.answered_at IS 'The last accepted answer; the question is open again if reopened since';
UPDATE question q SET answered_at = given.last
FROM (SELECT question_id, max(answered_at) AS last FROM answer GROUP BY question_id) AS given
WHERE given.question_id = q.id;
CREATE INDEX question_open ON question (promise_at)
    WHERE ended IS NULL AND erased_at IS NULL AND (answered_at IS NULL OR answered_at < reopened_at);
