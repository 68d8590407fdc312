-- Mails that fail by themselves: after some attempts a person looks

CREATE TABLE mail_attempt (
    key text PRIMARY KEY,
    attempts integer NOT NULL,
    last_at timestamptz NOT NULL
);

COMMENT ON TABLE mail_attempt IS 'Hash of the bytes of a mail, and how often taking it failed';
