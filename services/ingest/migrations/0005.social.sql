-- How far each social channel was read

CREATE TABLE social_cursor (
    channel text PRIMARY KEY,
    cursor text NOT NULL
);
