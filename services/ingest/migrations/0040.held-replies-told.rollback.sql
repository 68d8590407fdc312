DROP TRIGGER reply_gone ON held_reply;
DROP TRIGGER reply_done ON held_reply;
DROP TRIGGER reply_held ON held_reply;
DROP FUNCTION note_held_reply();
ALTER TABLE held_news DROP COLUMN partner, DROP COLUMN question;
ALTER TABLE held_reply DROP COLUMN number;
