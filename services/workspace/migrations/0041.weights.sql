-- What each part of a choice weighs, as the router tells it, and what it told of others that were tried
CREATE TABLE weights_change (
    version bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    reason text,
    before jsonb,
    after jsonb NOT NULL
);
COMMENT ON TABLE weights_change IS 'The highest version is how it is now';

CREATE TABLE weights_trial (
    id uuid PRIMARY KEY,
    asked_at timestamptz NOT NULL,
    version bigint NOT NULL,
    weights jsonb NOT NULL,
    told_at timestamptz,
    data jsonb
);
COMMENT ON COLUMN weights_trial.version IS 'Of the weights that were looked at when these were tried';

CREATE FUNCTION tell_weights() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('workspace_changed', ' *');
    RETURN NULL;
END $$;
CREATE TRIGGER weights_changed AFTER INSERT ON weights_change FOR EACH ROW EXECUTE FUNCTION tell_weights();
CREATE TRIGGER weights_tried AFTER UPDATE ON weights_trial FOR EACH ROW EXECUTE FUNCTION tell_weights();
