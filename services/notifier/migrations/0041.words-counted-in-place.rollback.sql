ALTER TABLE archive_word RESET (fillfactor);
