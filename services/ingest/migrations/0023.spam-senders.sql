-- Marked and lifted in any order: the later one counts

DROP INDEX spam_sender_by_digest;
CREATE INDEX spam_sender_by_digest ON spam_sender (digest);
