-- Keys of programs are told to the workspace, whoever makes, uses or ends one: by a number, made of nothing of theirs.
ALTER TABLE partner_key
    ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    ADD COLUMN made_by text NOT NULL DEFAULT 'operator',
    ADD COLUMN used_at timestamptz;
UPDATE partner_key SET made_by = 'workspace' WHERE label = 'workspace';
COMMENT ON COLUMN partner_key.used_at IS 'To the hour: a busy program costs no write with each call';

CREATE TABLE key_news (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number bigint NOT NULL
);

CREATE FUNCTION note_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO key_news (number) VALUES (NEW.number);
    RETURN NULL;
END $$;
-- Also where an operator's own connection, which looks elsewhere for tables, makes or ends one.
ALTER FUNCTION note_key() SET search_path FROM CURRENT;
CREATE TRIGGER key_is_news AFTER INSERT OR UPDATE ON partner_key FOR EACH ROW EXECUTE FUNCTION note_key();

INSERT INTO key_news (number) SELECT number FROM partner_key ORDER BY number;
