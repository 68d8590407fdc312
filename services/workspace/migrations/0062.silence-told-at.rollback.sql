ALTER TABLE silence DROP COLUMN told_at;
