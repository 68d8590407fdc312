DROP TABLE program_key;
DROP FUNCTION tell_program_key();
