ALTER FUNCTION note_entry() RESET search_path;
