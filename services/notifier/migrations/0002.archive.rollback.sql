DROP TABLE archive_word, archive_shelf, archive_entry;
