CREATE TABLE draft_file (
    id uuid PRIMARY KEY,
    question uuid NOT NULL,
    partner text NOT NULL,
    person uuid NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    added_at timestamptz NOT NULL,
    request uuid
);
COMMENT ON TABLE draft_file IS 'Files that ingest keeps for an answer; request: that handed the answer in';
CREATE INDEX draft_file_by_question ON draft_file (question, partner);
