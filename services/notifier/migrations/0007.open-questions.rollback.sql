DROP INDEX question_open;
ALTER TABLE question DROP COLUMN answered_at;
