-- The workspace shows the directory and its history: each change is announced once, whoever made it.
ALTER TABLE partner_history ADD COLUMN told_at timestamptz;
CREATE INDEX partner_history_untold ON partner_history (id) WHERE told_at IS NULL;
