ALTER TABLE submission DROP COLUMN taken_for;
