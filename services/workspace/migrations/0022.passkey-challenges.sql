CREATE TABLE passkey_challenge (
    challenge bytea PRIMARY KEY,
    person uuid REFERENCES person ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE passkey_challenge IS 'Used once, within minutes; person: who adds a passkey, none for who comes in';
