DROP TRIGGER key_is_news ON partner_key;
DROP FUNCTION note_key();
DROP TABLE key_news;
ALTER TABLE partner_key DROP COLUMN used_at, DROP COLUMN made_by, DROP COLUMN number;
