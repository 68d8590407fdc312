DROP TABLE held_reply;
DROP TABLE sent_mail;
