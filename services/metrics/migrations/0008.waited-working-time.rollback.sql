ALTER TABLE log DROP waited_seconds, DROP waited_working_seconds;
ALTER TABLE pending DROP waited_seconds, DROP waited_working_seconds;
