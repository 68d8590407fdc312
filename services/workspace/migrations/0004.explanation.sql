CREATE TABLE explanation (
    question uuid PRIMARY KEY,
    asked_for integer NOT NULL,
    asked_at timestamptz NOT NULL,
    told_at timestamptz,
    data jsonb
);
COMMENT ON COLUMN explanation.asked_for IS 'How many facts of the question were known when it was asked for';
CREATE FUNCTION tell_explained() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('workspace_changed', ' ' || NEW.question);
    RETURN NULL;
END $$;
CREATE TRIGGER explained AFTER UPDATE ON explanation FOR EACH ROW
    WHEN (NEW.told_at IS DISTINCT FROM OLD.told_at) EXECUTE FUNCTION tell_explained();
