-- Keys of libraries' programs, as ingest tells them: in any order, an ended one stays ended
CREATE TABLE program_key (
    number bigint PRIMARY KEY,
    partner text NOT NULL,
    name text,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    used_at timestamptz,
    ended_at timestamptz
);
CREATE INDEX program_key_by_partner ON program_key (partner, made_at);
CREATE FUNCTION tell_program_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('workspace_changed', ' *');
    RETURN NULL;
END $$;
CREATE TRIGGER program_key_changed AFTER INSERT OR UPDATE OF ended_at ON program_key
    FOR EACH ROW EXECUTE FUNCTION tell_program_key();
