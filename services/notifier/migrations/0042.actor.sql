-- A person who chose the partner, or took the question back, is the actor, as on the wire

-- A quote inside of what somebody wrote is escaped in the text of JSON, so that keys and codes alone are met.
UPDATE assignment
SET reasons = replace(replace(reasons::text, '"hand": ', '"actor": '), '"code": "hand"', '"code": "manual"')::jsonb
WHERE reasons::text LIKE '%"hand": %';
UPDATE delivery SET details = replace(details::text, '"hand": ', '"actor": ')::jsonb
WHERE details::text LIKE '%"hand": %';
