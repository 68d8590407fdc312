-- A question is a conversation: what libraries wrote beside the answer, and how each of them stands to it

CREATE TABLE message (
    id uuid PRIMARY KEY,
    question uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('clarification', 'addition', 'correction', 'reopening')),
    partner text,
    partner_name text,
    text text NOT NULL,
    sources text NOT NULL DEFAULT '[]',
    attachments text NOT NULL DEFAULT '[]',
    written_at timestamptz NOT NULL,
    ends_at timestamptz
);
COMMENT ON TABLE message IS 'As the router let it through: what is only handed in is in submission';
CREATE INDEX message_by_question ON message (question);

CREATE TABLE stand (
    assignment_id uuid PRIMARY KEY,
    question uuid NOT NULL,
    due_at timestamptz,
    promise_at timestamptz,
    taken_at timestamptz,
    taken_by text,
    answered_at timestamptz,
    ended_at timestamptz,
    outcome text
);
COMMENT ON TABLE stand IS 'How an assignment stands; apart from asked, for it may be heard of before';
CREATE INDEX stand_by_question ON stand (question);

ALTER TABLE asked ADD COLUMN follow_up uuid;
COMMENT ON COLUMN asked.follow_up IS 'What the asker wrote after the answer and the partner is to see to';

CREATE TABLE impasse (
    question uuid PRIMARY KEY,
    at timestamptz NOT NULL
);
COMMENT ON TABLE impasse IS 'Nobody has the question, since when; whoever is asked later has it again';

CREATE TABLE spam_sender (
    question uuid PRIMARY KEY,
    digest bytea,
    since timestamptz NOT NULL,
    lifted_at timestamptz
);
COMMENT ON TABLE spam_sender IS 'Who sent what was marked as spam, by digest: their further mails are held';
CREATE INDEX spam_sender_by_digest ON spam_sender (digest) WHERE lifted_at IS NULL;
