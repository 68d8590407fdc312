DROP TRIGGER question_came ON question;
DROP TRIGGER question_changed ON question;
DROP FUNCTION tell_network();
DROP INDEX request_of_network;
ALTER TABLE request DROP COLUMN about;
