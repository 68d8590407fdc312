ALTER TABLE subject_model RENAME COLUMN actor TO hand;
ALTER TABLE history RENAME COLUMN actor TO hand;
ALTER TABLE partner_history RENAME COLUMN actor TO hand;
