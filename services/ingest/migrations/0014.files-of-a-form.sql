-- Files that came with a form which had a fault wait for it to be sent again, a day at most

CREATE INDEX file_waiting ON file (created_at) WHERE question IS NULL;

COMMENT ON COLUMN file.belongs_to IS 'question, answer or follow_up; form: of one that is not accepted yet';
