-- How much of the wait for an asker was working time; null where the router did not say it yet

ALTER TABLE answer ADD COLUMN waited_working_seconds double precision;
