-- What the sender of a held mail that is dropped is to be told
ALTER TABLE held_order ADD COLUMN answer text;
