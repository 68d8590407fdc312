-- Also where an operator's own connection, which looks elsewhere for tables, changes an entry.
ALTER FUNCTION note_entry() SET search_path FROM CURRENT;
