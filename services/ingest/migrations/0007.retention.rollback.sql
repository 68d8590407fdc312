DROP INDEX question_not_erased;
DROP FUNCTION tombstone;
