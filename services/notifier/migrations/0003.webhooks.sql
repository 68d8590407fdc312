
CREATE TABLE webhook_endpoint (
    partner text PRIMARY KEY,
    secrets text[] NOT NULL CHECK (cardinality(secrets) BETWEEN 1 AND 3),
    changed_at timestamptz NOT NULL,
    switched_off_at timestamptz,
    switched_off_why text
);
COMMENT ON COLUMN webhook_endpoint.secrets IS 'The newest first; all sign while a partner changes to the newest';
