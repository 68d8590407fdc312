UPDATE fact SET data = data || '{"by": "hand"}' WHERE type = 'question.reopened' AND data ->> 'by' = 'coordinator';
UPDATE fact SET data = replace(replace(data::text, '"actor": ', '"hand": '), '"code": "manual"', '"code": "hand"')::jsonb
WHERE data::text LIKE '%"actor": %';
ALTER TABLE library_change RENAME COLUMN actor TO hand;
ALTER TABLE audit RENAME COLUMN action TO deed;
