UPDATE archive_word SET near = ARRAY(
    SELECT word
    UNION
    SELECT overlay(word PLACING '' FROM one FOR 1)
    FROM generate_series(1, length(word)) AS one WHERE length(word) >= 4
);
COMMENT ON COLUMN archive_word.near IS 'The word and what is left of it without one letter: finds slips of the pen';
