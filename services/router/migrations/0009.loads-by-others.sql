-- Who writes loads without a stamp, as a copy of an earlier version does during an upgrade, makes every copy read them anew
CREATE FUNCTION loads_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('sesame.loads_stamped', true), '') <> 'yes' THEN
        UPDATE network SET book = NULL;
    END IF;
    RETURN NULL;
END $$;
ALTER FUNCTION loads_written() SET search_path FROM CURRENT;
CREATE TRIGGER loads_written AFTER INSERT OR UPDATE ON load
    FOR EACH STATEMENT EXECUTE FUNCTION loads_written();
