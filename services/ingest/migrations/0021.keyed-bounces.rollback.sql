DELETE FROM bounced;
