DROP INDEX question_by_mailbox;
ALTER TABLE question DROP COLUMN asked_from;
