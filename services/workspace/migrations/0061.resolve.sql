-- A coordinator resolves a follow-up that needs no message: in what was heard, asked and noted before, too

UPDATE fact SET data = data || '{"action": "resolve"}'
WHERE type = 'question.handled' AND data ->> 'action' = 'settle';
UPDATE request SET type = 'resolve.requested' WHERE type = 'settle.requested';
UPDATE audit SET action = 'resolve.requested' WHERE action = 'settle.requested';

-- Asked, and not on its way yet.
UPDATE outbox SET routing_key = 'coordinator.resolve.requested.v1',
    body = convert_to(replace(convert_from(body, 'UTF8'), '"settle.requested.v1"', '"resolve.requested.v1"'), 'UTF8')
WHERE routing_key = 'coordinator.settle.requested.v1';
