DROP TABLE held_words;
DROP TABLE held;
DROP FUNCTION tell_held();
