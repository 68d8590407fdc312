DROP TABLE spam_sender, impasse, stand, message;
ALTER TABLE asked DROP COLUMN follow_up;
