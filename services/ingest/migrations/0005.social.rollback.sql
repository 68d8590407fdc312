DROP TABLE social_cursor;
