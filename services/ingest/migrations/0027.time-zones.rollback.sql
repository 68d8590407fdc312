ALTER TABLE asked DROP COLUMN time_zone;
