DROP TABLE early_submission;
