DROP TABLE revoked;
DROP INDEX submission_by_question;
DROP TABLE follow_up;
ALTER TABLE question DROP COLUMN stars;
ALTER TABLE question DROP COLUMN erased_at;
ALTER TABLE question DROP COLUMN withdrawn_at;
