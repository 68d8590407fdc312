CREATE TABLE question_search (
    question uuid PRIMARY KEY,
    digest text NOT NULL,
    words tsvector NOT NULL
);
COMMENT ON TABLE question_search IS 'Apart from question, which changes with every fact while its words stay';
COMMENT ON COLUMN question_search.digest IS 'md5 of the text that the words are of';
INSERT INTO question_search (question, digest, words) SELECT id, '', words FROM question WHERE words IS NOT NULL;
CREATE INDEX question_search_words ON question_search USING gin (words);
DROP INDEX question_words;
COMMENT ON COLUMN question.words IS 'Read and written by copies of before only';
