-- What a partner's program said before it was known here that it is asked

CREATE TABLE early_submission (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    question uuid NOT NULL,
    partner text NOT NULL,
    envelope text NOT NULL,
    body bytea NOT NULL,
    came_at timestamptz NOT NULL
);

COMMENT ON COLUMN early_submission.envelope IS 'JSON: exchange, routing key, content type, message id, headers';

CREATE INDEX early_submission_by_question ON early_submission (question, partner);
CREATE INDEX early_submission_by_age ON early_submission (came_at);
