CREATE FUNCTION tell_lanes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('notifier_delivery', ways.names)
    FROM (SELECT string_agg(DISTINCT way, ' ') AS names FROM decided) AS ways WHERE ways.names IS NOT NULL;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION tell_lanes IS 'One word to every copy for each statement that decided something: the ways it goes by';
DROP TRIGGER delivery_decided ON delivery;
CREATE TRIGGER delivery_decided AFTER INSERT ON delivery REFERENCING NEW TABLE AS decided
    FOR EACH STATEMENT EXECUTE FUNCTION tell_lanes();
DROP FUNCTION tell_ways();
