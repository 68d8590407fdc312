DROP INDEX spam_sender_by_digest;
CREATE INDEX spam_sender_by_digest ON spam_sender (digest) WHERE lifted_at IS NULL;
