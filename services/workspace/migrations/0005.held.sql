CREATE TABLE held (
    number bigint PRIMARY KEY,
    door text,
    reason text,
    size integer,
    received_at timestamptz,
    ended boolean NOT NULL DEFAULT false
);
CREATE INDEX held_waiting ON held (received_at) WHERE NOT ended AND received_at IS NOT NULL;

CREATE TABLE held_words (
    number bigint PRIMARY KEY,
    asked_at timestamptz NOT NULL,
    told_at timestamptz,
    heading text,
    text text,
    attachments text[] NOT NULL DEFAULT '{}',
    readable boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE held_words IS 'Of what a coordinator looks at: forgotten within a day, and when it is held no longer';

CREATE FUNCTION tell_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('workspace_changed', ' *');
    RETURN NULL;
END $$;
CREATE TRIGGER held_changed AFTER INSERT OR UPDATE ON held FOR EACH ROW EXECUTE FUNCTION tell_held();
CREATE TRIGGER held_told AFTER UPDATE ON held_words FOR EACH ROW EXECUTE FUNCTION tell_held();
