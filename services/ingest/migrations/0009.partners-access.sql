-- What a partner's links, reply addresses, keys and desk page still open

CREATE TABLE partner_access (
    partner text PRIMARY KEY,
    suspended_at timestamptz,
    removed_at timestamptz,
    desk integer NOT NULL DEFAULT 0
);

COMMENT ON TABLE partner_access IS 'Partners that were ever suspended, removed or given another desk page';
COMMENT ON COLUMN partner_access.desk IS 'Number of the desk page''s address that serves; earlier ones open nothing';
