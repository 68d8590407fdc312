-- What is open is counted and sorted all day: out of two small indexes, without looking into the questions.
CREATE INDEX question_open ON question (id) INCLUDE (state, holder, promise_at)
    WHERE state IN ('received', 'asked', 'unroutable');
