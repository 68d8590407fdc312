DROP TRIGGER entry_changed ON archive_entry;
DROP TRIGGER entry_came ON archive_entry;
DROP FUNCTION note_entry();
DROP TABLE entry_news;
