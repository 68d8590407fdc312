UPDATE outbox SET routing_key = 'coordinator.settle.requested.v1',
    body = convert_to(replace(convert_from(body, 'UTF8'), '"resolve.requested.v1"', '"settle.requested.v1"'), 'UTF8')
WHERE routing_key = 'coordinator.resolve.requested.v1';
UPDATE audit SET action = 'settle.requested' WHERE action = 'resolve.requested';
UPDATE request SET type = 'settle.requested' WHERE type = 'resolve.requested';
UPDATE fact SET data = data || '{"action": "settle"}'
WHERE type = 'question.handled' AND data ->> 'action' = 'resolve';
