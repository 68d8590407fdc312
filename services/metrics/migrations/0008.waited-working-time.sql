-- What is waited for an asker by the wall and by the clock of the promise; null where nothing was, or the latter unsaid
ALTER TABLE pending ADD waited_seconds double precision, ADD waited_working_seconds double precision;
ALTER TABLE log ADD waited_seconds double precision, ADD waited_working_seconds double precision;
