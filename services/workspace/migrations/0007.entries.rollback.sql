DROP TABLE entry_shown;
DROP TABLE entry;
