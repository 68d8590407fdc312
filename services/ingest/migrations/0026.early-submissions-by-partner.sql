-- So that no partner's program can fill the table: how much of each waits

CREATE INDEX early_submission_by_partner ON early_submission (partner);
