ALTER TABLE archive_entry DROP COLUMN marked;
ALTER TABLE message DROP COLUMN marked;
ALTER TABLE answer DROP COLUMN marked;
