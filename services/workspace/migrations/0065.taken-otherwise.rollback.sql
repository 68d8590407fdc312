ALTER TABLE assignment DROP COLUMN taken_at;
