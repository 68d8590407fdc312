UPDATE delivery SET details = replace(details::text, '"actor": ', '"hand": ')::jsonb
WHERE details::text LIKE '%"actor": %';
UPDATE assignment
SET reasons = replace(replace(reasons::text, '"actor": ', '"hand": '), '"code": "manual"', '"code": "hand"')::jsonb
WHERE reasons::text LIKE '%"actor": %';
