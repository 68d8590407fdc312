-- The word of a silence that was told last counts, whatever moment it names: a telling again puts right which was wrong
ALTER TABLE silence ADD COLUMN told_at timestamptz;
