-- How far each social channel was read
-- depends: 0004.files

CREATE TABLE social_cursor (
    channel text PRIMARY KEY,
    cursor text NOT NULL
);
