-- Whether a person is written to when a colleague calls them in a note
ALTER TABLE person ADD COLUMN called_by_mail boolean NOT NULL DEFAULT true;
