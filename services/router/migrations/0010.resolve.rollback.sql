UPDATE question SET conversation = replace(conversation::text, '"outcome": "cancelled"', '"outcome": "moot"')::jsonb
WHERE conversation::text LIKE '%"outcome": "cancelled"%';
UPDATE announced SET data = data || '{"action": "settle"}'
WHERE type = 'question.handled' AND data ->> 'action' = 'resolve';
UPDATE history SET what = 'settle' WHERE what = 'resolve';
