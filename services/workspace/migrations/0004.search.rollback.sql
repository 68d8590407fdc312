UPDATE question SET words = s.words FROM question_search s WHERE s.question = question.id;
CREATE INDEX question_words ON question USING gin (words) WITH (fastupdate = off);
COMMENT ON COLUMN question.words IS NULL;
DROP TABLE question_search;
