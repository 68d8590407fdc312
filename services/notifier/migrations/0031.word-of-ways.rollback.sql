DROP TRIGGER delivery_decided ON delivery;
CREATE TRIGGER delivery_decided AFTER INSERT ON delivery FOR EACH STATEMENT EXECUTE FUNCTION tell_worker();
DROP FUNCTION tell_lanes();
