ALTER TABLE pending DROP heard_at;
