-- Files that came with questions and answers: beside the events, in the same transaction as what they belong to

CREATE TABLE file (
    id uuid PRIMARY KEY,
    question uuid,
    belongs_to text NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    created_at timestamptz NOT NULL
);

COMMENT ON COLUMN file.belongs_to IS 'question, answer or follow_up';

CREATE INDEX file_by_question ON file (question);

CREATE TABLE file_chunk (
    file uuid NOT NULL,
    number integer NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (file, number)
);

ALTER TABLE file_chunk ALTER COLUMN content SET STORAGE EXTERNAL;
