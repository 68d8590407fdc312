ALTER TABLE answer DROP COLUMN waited_working_seconds;
