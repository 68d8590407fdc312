ALTER TABLE held DROP COLUMN partner, DROP COLUMN question;
