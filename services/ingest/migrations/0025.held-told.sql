-- What is held is told to the workspace, whoever holds, releases, drops or forgets it.
CREATE TABLE held_news (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number bigint NOT NULL,
    door text NOT NULL,
    reason text NOT NULL,
    size integer NOT NULL,
    received_at timestamptz NOT NULL,
    ended boolean NOT NULL
);
COMMENT ON COLUMN held_news.reason IS 'Its kind alone, none of its words: spam, refused, encrypted, unreadable';

CREATE FUNCTION note_held() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE it quarantine;
BEGIN
    IF TG_OP = 'DELETE' THEN it := OLD; ELSE it := NEW; END IF;
    INSERT INTO held_news (number, door, reason, size, received_at, ended)
    VALUES (it.id, it.door, split_part(it.reason, ':', 1), octet_length(it.raw), it.received_at,
        TG_OP = 'DELETE');
    RETURN NULL;
END $$;
CREATE TRIGGER held_is_news AFTER INSERT OR DELETE ON quarantine FOR EACH ROW EXECUTE FUNCTION note_held();

INSERT INTO held_news (number, door, reason, size, received_at, ended)
SELECT id, door, split_part(reason, ':', 1), octet_length(raw), received_at, false FROM quarantine ORDER BY id;

-- What a coordinator wants done with it: reading a mail may take long, so it is done beside the queue.
CREATE TABLE held_order (
    request text PRIMARY KEY,
    type text NOT NULL,
    number bigint NOT NULL,
    asked_at timestamptz NOT NULL
);
