-- What came in, by which door; what is known of each question; what could not be understood

CREATE TABLE submission (
    door text NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    outcome text NOT NULL,
    question uuid,
    raw bytea,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (door, key)
);

COMMENT ON COLUMN submission.key IS 'Message-ID, Idempotency-Key, form number: the same one is accepted once';
COMMENT ON COLUMN submission.digest IS 'SHA-256 of what came: tells a repetition from another text under the same key';
COMMENT ON COLUMN submission.raw IS 'As it came; forgotten after some weeks';

CREATE INDEX submission_by_age ON submission USING brin (received_at);

CREATE TABLE question (
    id uuid PRIMARY KEY,
    facets text NOT NULL,
    text text NOT NULL,
    private_note text,
    reference text,
    received_at timestamptz NOT NULL,
    asked_by bytea
);

COMMENT ON COLUMN question.facets IS 'JSON of contracts.Facets, repeated in what is announced later';
COMMENT ON COLUMN question.asked_by IS 'Hash of the sender, to count open questions; no address is kept';

CREATE INDEX question_by_asker ON question (asked_by, received_at) WHERE asked_by IS NOT NULL;

CREATE TABLE asked (
    assignment_id uuid PRIMARY KEY,
    question uuid NOT NULL,
    partner text NOT NULL,
    partner_name text NOT NULL,
    digest text NOT NULL,
    attempt integer NOT NULL,
    due_at timestamptz NOT NULL,
    promise_at timestamptz NOT NULL,
    position bigint GENERATED ALWAYS AS IDENTITY
);

COMMENT ON COLUMN asked.digest IS 'The partner as it stands in signed links';
COMMENT ON COLUMN asked.position IS 'Cursor for partners who ask what is assigned to them';

CREATE INDEX asked_by_question ON asked (question, attempt);
CREATE INDEX asked_by_partner ON asked (partner, position);

CREATE TABLE ending (
    question uuid PRIMARY KEY,
    how text NOT NULL,
    body text NOT NULL,
    ended_at timestamptz NOT NULL
);

COMMENT ON TABLE ending IS 'The accepted answer of a question, or why it was closed without one';

CREATE TABLE archived (
    question uuid PRIMARY KEY,
    url text NOT NULL
);

CREATE TABLE quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    door text NOT NULL,
    key text NOT NULL,
    reason text NOT NULL,
    envelope_from text,
    envelope_to text[] NOT NULL DEFAULT '{}',
    raw bytea NOT NULL,
    received_at timestamptz NOT NULL
);

CREATE TABLE bounced (
    address_hash bytea PRIMARY KEY,
    permanent boolean NOT NULL,
    status text,
    times integer NOT NULL DEFAULT 1,
    last_at timestamptz NOT NULL
);
