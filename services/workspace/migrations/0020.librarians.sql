ALTER TABLE draft ADD COLUMN effort text NOT NULL DEFAULT '';
ALTER TABLE draft ADD COLUMN subject text NOT NULL DEFAULT '';

CREATE TABLE paragraph (
    id uuid PRIMARY KEY,
    partner text NOT NULL,
    language text NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    changed_at timestamptz NOT NULL,
    person uuid
);
COMMENT ON COLUMN paragraph.partner IS 'Whose it is; empty: of the network, for every library';
CREATE INDEX paragraph_by_partner ON paragraph (partner);
