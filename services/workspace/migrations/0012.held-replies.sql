ALTER TABLE held ADD COLUMN question uuid, ADD COLUMN partner text;
