DROP TABLE mailbox_attempt;
DROP TABLE mailbox;
