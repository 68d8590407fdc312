-- Words are found with two slips of the pen: by their first seven letters without any two

UPDATE archive_word SET near = ARRAY(
    SELECT left(word, 7)
    UNION
    SELECT overlay(left(word, 7) PLACING '' FROM one FOR 1)
    FROM generate_series(1, length(left(word, 7))) AS one WHERE length(word) >= 4
    UNION
    SELECT overlay(overlay(left(word, 7) PLACING '' FROM two FOR 1) PLACING '' FROM one FOR 1)
    FROM generate_series(1, length(left(word, 7)) - 1) AS one, generate_series(one + 1, length(left(word, 7))) AS two
    WHERE length(word) >= 6
);
COMMENT ON COLUMN archive_word.near IS 'Its first letters, and what is left of them without one or two: finds slips of the pen';
