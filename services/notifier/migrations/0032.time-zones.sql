-- A library reads its due times in its own time

ALTER TABLE assignment ADD COLUMN time_zone text;
