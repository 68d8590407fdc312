DROP INDEX delivery_told_coordinator;
DROP TABLE unasked_mail;
