-- Who did something is its actor, what they did an action: in what was heard before, too

ALTER TABLE audit RENAME COLUMN deed TO action;
ALTER TABLE library_change RENAME COLUMN hand TO actor;

-- A quote inside of what somebody wrote is escaped in the text of JSON, so that keys and codes alone are met.
UPDATE fact SET data = replace(replace(data::text, '"hand": ', '"actor": '), '"code": "hand"', '"code": "manual"')::jsonb
WHERE data::text LIKE '%"hand": %';
UPDATE fact SET data = data || '{"by": "coordinator"}' WHERE type = 'question.reopened' AND data ->> 'by' = 'hand';
