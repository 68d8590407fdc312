-- That an answer is out changes no list, but a page that shows the question says so.
CREATE FUNCTION tell_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('workspace_changed', coalesce(NEW.data -> 'partner' ->> 'id', '') || ' ' || NEW.question);
    RETURN NULL;
END $$;
CREATE TRIGGER published_told AFTER INSERT ON fact FOR EACH ROW
    WHEN (NEW.type = 'question.published') EXECUTE FUNCTION tell_published();
