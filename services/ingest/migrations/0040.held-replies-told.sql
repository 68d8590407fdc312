-- A reply that its library has not acted on is held like anything else: under a number of the same row.
ALTER TABLE held_reply
    ADD COLUMN number bigint NOT NULL DEFAULT nextval(pg_get_serial_sequence('quarantine', 'id'));
CREATE UNIQUE INDEX held_reply_number ON held_reply (number);
ALTER TABLE held_news ADD COLUMN question uuid, ADD COLUMN partner text;

CREATE FUNCTION note_held_reply() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE it held_reply;
BEGIN
    IF TG_OP = 'DELETE' THEN it := OLD; ELSE it := NEW; END IF;
    INSERT INTO held_news (number, door, reason, size, received_at, ended, question, partner)
    VALUES (it.number, 'reply', it.reason, octet_length(it.text), it.held_at, TG_OP <> 'INSERT',
        it.question, it.partner);
    RETURN NULL;
END $$;
ALTER FUNCTION note_held_reply() SET search_path FROM CURRENT;
CREATE TRIGGER reply_held AFTER INSERT ON held_reply FOR EACH ROW EXECUTE FUNCTION note_held_reply();
CREATE TRIGGER reply_done AFTER UPDATE OF done_at ON held_reply FOR EACH ROW
    WHEN (OLD.done_at IS NULL AND NEW.done_at IS NOT NULL) EXECUTE FUNCTION note_held_reply();
CREATE TRIGGER reply_gone AFTER DELETE ON held_reply FOR EACH ROW
    WHEN (OLD.done_at IS NULL) EXECUTE FUNCTION note_held_reply();

INSERT INTO held_news (number, door, reason, size, received_at, ended, question, partner)
SELECT number, 'reply', reason, octet_length(text), held_at, false, question, partner FROM held_reply
WHERE done_at IS NULL ORDER BY held_at;
