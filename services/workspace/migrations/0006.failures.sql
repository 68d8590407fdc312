CREATE TABLE failed_delivery (
    delivery uuid PRIMARY KEY,
    question uuid,
    kind text,
    way text,
    partner text,
    attempts integer,
    error text,
    failed_at timestamptz,
    resumed_at timestamptz
);
CREATE TABLE silence (
    name text PRIMARY KEY,
    library text,
    status text,
    silenced_at timestamptz,
    lifted_at timestamptz
);
CREATE TRIGGER failure_changed AFTER INSERT OR UPDATE ON failed_delivery
    FOR EACH ROW EXECUTE FUNCTION tell_held();
CREATE TRIGGER silence_changed AFTER INSERT OR UPDATE ON silence FOR EACH ROW EXECUTE FUNCTION tell_held();
