ALTER TABLE message DROP COLUMN marked;
