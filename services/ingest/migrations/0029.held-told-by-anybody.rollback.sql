ALTER FUNCTION note_held() RESET search_path;
