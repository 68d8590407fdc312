ALTER TABLE person DROP COLUMN called_by_mail;
