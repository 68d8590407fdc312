-- What a person must post, and that it is done, is told to the workspace, whoever does it.
CREATE TABLE post_news (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery uuid NOT NULL,
    question uuid NOT NULL
);
CREATE FUNCTION note_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO post_news (delivery, question) VALUES (NEW.id, NEW.question_id);
    RETURN NULL;
END $$;
CREATE TRIGGER post_came AFTER INSERT ON delivery FOR EACH ROW
    WHEN (NEW.way = 'facebook_group') EXECUTE FUNCTION note_post();
CREATE TRIGGER post_changed AFTER UPDATE OF state ON delivery FOR EACH ROW
    WHEN (NEW.way = 'facebook_group' AND NEW.state <> OLD.state) EXECUTE FUNCTION note_post();

INSERT INTO post_news (delivery, question)
SELECT id, question_id FROM delivery WHERE way = 'facebook_group' AND state = 'waiting' ORDER BY next_at;
