-- A library reads its due times in its own time

ALTER TABLE asked ADD COLUMN time_zone text;
