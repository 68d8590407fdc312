-- Keys of partners that use HTTP, the cursor of what they were asked, and the network's pause

CREATE TABLE partner_key (
    hash bytea PRIMARY KEY,
    partner text NOT NULL,
    label text NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);

COMMENT ON COLUMN partner_key.hash IS 'SHA-256; the key itself is shown once and kept nowhere';

ALTER TABLE asked ADD COLUMN written_by xid8 NOT NULL DEFAULT pg_current_xact_id();

COMMENT ON COLUMN asked.written_by IS
    'The transaction: a reader stops before the oldest one still running, so that its cursor skips nothing';

DROP INDEX asked_by_partner;

CREATE INDEX asked_by_partner ON asked (partner, written_by, position);

CREATE TABLE pause (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    paused boolean NOT NULL,
    notice text,
    changed_at timestamptz NOT NULL
);
