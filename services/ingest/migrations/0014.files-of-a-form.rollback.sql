DROP INDEX file_waiting;
