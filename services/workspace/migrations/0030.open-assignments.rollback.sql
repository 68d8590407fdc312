DROP INDEX assignment_open;
