DROP TABLE bounced;
DROP TABLE quarantine;
DROP TABLE archived;
DROP TABLE ending;
DROP TABLE asked;
DROP TABLE question;
DROP TABLE submission;
