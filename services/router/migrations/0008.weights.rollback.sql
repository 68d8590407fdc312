DROP TABLE weights_change;
ALTER TABLE network DROP COLUMN weights_version, DROP COLUMN weights;
