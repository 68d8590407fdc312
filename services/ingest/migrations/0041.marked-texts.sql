-- What a library wrote with marks is kept with them; text is what there is to be read of it

ALTER TABLE message ADD COLUMN marked text;
COMMENT ON COLUMN message.marked IS 'CommonMark, where it was written with marks';
