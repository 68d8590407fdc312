-- What the asker says on their own page; links taken back

ALTER TABLE question ADD COLUMN withdrawn_at timestamptz;
ALTER TABLE question ADD COLUMN erased_at timestamptz;
ALTER TABLE question ADD COLUMN stars integer;

CREATE TABLE follow_up (
    id uuid PRIMARY KEY,
    question uuid NOT NULL,
    text text NOT NULL,
    written_at timestamptz NOT NULL
);

CREATE INDEX follow_up_by_question ON follow_up (question, written_at);

CREATE INDEX submission_by_question ON submission (question) WHERE question IS NOT NULL;

CREATE TABLE revoked (
    question uuid NOT NULL,
    partner text NOT NULL,
    revoked_at timestamptz NOT NULL,
    PRIMARY KEY (question, partner)
);

COMMENT ON TABLE revoked IS 'Links that no longer open: this partner may not speak of this question any more';
