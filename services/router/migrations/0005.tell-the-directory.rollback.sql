DROP INDEX partner_history_untold;
ALTER TABLE partner_history DROP COLUMN told_at;
