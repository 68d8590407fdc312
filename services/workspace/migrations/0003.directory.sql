ALTER TABLE library ADD COLUMN record jsonb;
ALTER TABLE library ADD COLUMN version bigint;
ALTER TABLE library ADD COLUMN gone boolean NOT NULL DEFAULT false;

CREATE TABLE library_change (
    partner text NOT NULL,
    version bigint NOT NULL,
    at timestamptz NOT NULL,
    hand text NOT NULL,
    before jsonb,
    after jsonb,
    PRIMARY KEY (partner, version)
);
COMMENT ON TABLE library_change IS 'The directory as the router tells it; the highest version is how it is now';

CREATE FUNCTION tell_directory() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('workspace_changed', NEW.partner || ' *');
    RETURN NULL;
END $$;
CREATE TRIGGER library_changed AFTER INSERT ON library_change
    FOR EACH ROW EXECUTE FUNCTION tell_directory();
CREATE TRIGGER request_without_question AFTER INSERT OR UPDATE ON request
    FOR EACH ROW WHEN (NEW.question IS NULL) EXECUTE FUNCTION tell_directory();
