-- Who did something is its actor, as on the wire and in every record of who did what

ALTER TABLE partner_history RENAME COLUMN hand TO actor;
ALTER TABLE history RENAME COLUMN hand TO actor;
ALTER TABLE subject_model RENAME COLUMN hand TO actor;
