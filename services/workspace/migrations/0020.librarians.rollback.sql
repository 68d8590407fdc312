DROP TABLE paragraph;
ALTER TABLE draft DROP COLUMN subject, DROP COLUMN effort;
