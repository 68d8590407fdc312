ALTER TABLE assignment DROP COLUMN time_zone;
