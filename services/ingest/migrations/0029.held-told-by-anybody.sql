-- Also where an operator's own connection, which looks elsewhere for tables, drops what is held.
ALTER FUNCTION note_held() SET search_path FROM CURRENT;
