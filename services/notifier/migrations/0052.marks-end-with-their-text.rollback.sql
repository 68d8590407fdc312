DROP TRIGGER text_emptied ON archive_entry;
DROP TRIGGER text_emptied ON message;
DROP TRIGGER text_emptied ON answer;
DROP FUNCTION end_marks;
