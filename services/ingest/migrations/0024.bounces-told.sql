-- Who is not written to is the notifier's to remember

DROP TABLE bounced;
