DROP TABLE pending, log, tally, ever, partner_name, imported, frozen;
DROP FUNCTION ensure_log_month(date);
