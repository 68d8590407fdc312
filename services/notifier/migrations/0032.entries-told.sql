-- What waits for release, and what became of it, is told to the workspace, whoever does it.
CREATE TABLE entry_news (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number bigint NOT NULL,
    question uuid NOT NULL,
    state text NOT NULL
);
CREATE FUNCTION note_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO entry_news (number, question, state) VALUES (NEW.number, NEW.question_id, NEW.state);
    RETURN NULL;
END $$;
CREATE TRIGGER entry_came AFTER INSERT ON archive_entry FOR EACH ROW
    WHEN (NEW.state = 'held') EXECUTE FUNCTION note_entry();
CREATE TRIGGER entry_changed AFTER UPDATE OF state ON archive_entry FOR EACH ROW
    WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION note_entry();

INSERT INTO entry_news (number, question, state)
SELECT number, question_id, state FROM archive_entry WHERE state = 'held' ORDER BY number;
