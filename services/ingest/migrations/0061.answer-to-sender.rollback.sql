ALTER TABLE held_order DROP COLUMN answer;
