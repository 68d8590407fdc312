-- Caps count the mailbox: case and tags of an address make no other sender

ALTER TABLE question ADD COLUMN asked_from bytea;
COMMENT ON COLUMN question.asked_from IS 'Keyed hash of the mailbox: counts what one person asks, keeps no address';
CREATE INDEX question_by_mailbox ON question (asked_from, received_at) WHERE asked_from IS NOT NULL;
