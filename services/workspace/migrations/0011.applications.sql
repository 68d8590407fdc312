CREATE TABLE application (
    id uuid PRIMARY KEY,
    state text NOT NULL DEFAULT 'unproven'
        CHECK (state IN ('unproven', 'waiting', 'admitting', 'admitted', 'refused')),
    library text NOT NULL,
    name text NOT NULL,
    mail text NOT NULL,
    language text NOT NULL,
    way text NOT NULL CHECK (way IN ('mail', 'program')),
    words text NOT NULL,
    record jsonb NOT NULL,
    asked_at timestamptz NOT NULL,
    proven_at timestamptz,
    decided_at timestamptz,
    decided_by uuid,
    partner text,
    request uuid UNIQUE,
    reason text
);
COMMENT ON TABLE application IS 'Libraries that ask to join; record: as in the directory, without id and reach';
CREATE INDEX application_waiting ON application (proven_at) WHERE state IN ('waiting', 'admitting');
CREATE TRIGGER application_changed AFTER INSERT OR UPDATE ON application
    FOR EACH ROW WHEN (NEW.state <> 'unproven') EXECUTE FUNCTION tell_held();
