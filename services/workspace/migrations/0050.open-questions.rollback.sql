DROP INDEX question_open;
