-- What our mails said, to know it again in replies; replies that a library must look at

CREATE TABLE sent_mail (
    delivery_id uuid PRIMARY KEY,
    question uuid NOT NULL,
    role text NOT NULL,
    digest text NOT NULL,
    kind text NOT NULL,
    fingerprint text NOT NULL,
    sent_at timestamptz NOT NULL
);

COMMENT ON COLUMN sent_mail.fingerprint IS 'Keyed hashes of its words and links: by them, and only by them, known again';
COMMENT ON COLUMN sent_mail.digest IS 'The party as it stands in signed links';

CREATE INDEX sent_mail_by_question ON sent_mail (question, role, digest, sent_at);

CREATE TABLE held_reply (
    id uuid PRIMARY KEY,
    question uuid NOT NULL,
    partner text NOT NULL,
    reason text NOT NULL,
    text text NOT NULL,
    files uuid[] NOT NULL DEFAULT '{}',
    held_at timestamptz NOT NULL,
    done_at timestamptz,
    done_as text
);

COMMENT ON COLUMN held_reply.done_as IS 'answer, decline, take or nothing: what its library made of it';

CREATE INDEX held_reply_by_question ON held_reply (question, partner, held_at);
CREATE INDEX held_reply_open ON held_reply (held_at) WHERE done_at IS NULL;
