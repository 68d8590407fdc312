-- A coordinator resolves a follow-up that needs no message; what was asked back and matters no more is cancelled

UPDATE history SET what = 'resolve' WHERE what = 'settle';
UPDATE announced SET data = data || '{"action": "resolve"}'
WHERE type = 'question.handled' AND data ->> 'action' = 'settle';

-- Ids, moments and codes alone are kept of a conversation: no text that anybody wrote is met.
UPDATE question SET conversation = replace(conversation::text, '"outcome": "moot"', '"outcome": "cancelled"')::jsonb
WHERE conversation::text LIKE '%"outcome": "moot"%';
