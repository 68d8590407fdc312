ALTER TABLE request ADD COLUMN about text;
COMMENT ON COLUMN request.about IS 'What a coordinator asked for, in short: the library, the moment';
CREATE INDEX request_of_network ON request (asked_at DESC) WHERE partner = '';

-- A question that no library has is news for the network alone.
CREATE FUNCTION tell_network() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('workspace_changed', ' ' || NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER question_changed AFTER UPDATE ON question FOR EACH ROW
    WHEN ((OLD.state, OLD.holder, OLD.promise_at) IS DISTINCT FROM (NEW.state, NEW.holder, NEW.promise_at))
    EXECUTE FUNCTION tell_network();
CREATE TRIGGER question_came AFTER INSERT ON question FOR EACH ROW
    WHEN (NEW.state = 'unroutable') EXECUTE FUNCTION tell_network();
