-- Marks end with the text they stand in, whoever empties it: a copy of before knows nothing of them

-- depends: 0051.links-to-askers-posts
CREATE FUNCTION end_marks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.marked := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER text_emptied BEFORE UPDATE ON answer FOR EACH ROW
    WHEN (NEW.text = '' AND NEW.marked IS NOT NULL) EXECUTE FUNCTION end_marks();
CREATE TRIGGER text_emptied BEFORE UPDATE ON message FOR EACH ROW
    WHEN (NEW.text = '' AND NEW.marked IS NOT NULL) EXECUTE FUNCTION end_marks();
CREATE TRIGGER text_emptied BEFORE UPDATE ON archive_entry FOR EACH ROW
    WHEN (NEW.answer = '' AND NEW.marked IS NOT NULL) EXECUTE FUNCTION end_marks();
UPDATE answer SET marked = NULL WHERE text = '' AND marked IS NOT NULL;
UPDATE message SET marked = NULL WHERE text = '' AND marked IS NOT NULL;
UPDATE archive_entry SET marked = NULL WHERE answer = '' AND marked IS NOT NULL;
