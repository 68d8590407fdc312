DROP TRIGGER request_without_question ON request;
DROP TABLE library_change;
DROP FUNCTION tell_directory();
ALTER TABLE library DROP COLUMN gone, DROP COLUMN version, DROP COLUMN record;
