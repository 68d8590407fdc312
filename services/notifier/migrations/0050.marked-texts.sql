-- What a library wrote with marks is kept with them; text and answer are what there is to be read of it

ALTER TABLE answer ADD COLUMN marked text;
ALTER TABLE message ADD COLUMN marked text;
ALTER TABLE archive_entry ADD COLUMN marked text;
COMMENT ON COLUMN answer.marked IS 'CommonMark, where it was written with marks';
COMMENT ON COLUMN message.marked IS 'CommonMark, where it was written with marks';
COMMENT ON COLUMN archive_entry.marked IS 'The answer in CommonMark, where it was written with marks';
