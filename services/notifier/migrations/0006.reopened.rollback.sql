DROP VIEW standing;
CREATE VIEW standing AS
SELECT q.id, q.asker::text AS asker, q.ended IS NOT NULL OR q.erased_at IS NOT NULL AS over,
    (SELECT coalesce(json_agg(json_build_object(
            'id', a.id, 'partner', a.partner, 'way', a.way, 'address', a.address, 'attempt', a.attempt)), '[]')::text
        FROM assignment a WHERE a.question_id = q.id) AS assignments,
    (SELECT coalesce(array_agg(o.assignment_id), '{}') FROM overdue o WHERE o.question_id = q.id) AS overdue,
    ARRAY(SELECT f.id FROM follow_up f WHERE f.question_id = q.id) AS follow_ups,
    (SELECT w.partner FROM answer w WHERE w.question_id = q.id ORDER BY w.answered_at LIMIT 1) AS answered_by
FROM question q;
COMMENT ON VIEW standing IS 'What a handler must know of a question to decide what is to be sent';
ALTER TABLE delivery DROP COLUMN happened_at;
ALTER TABLE assignment DROP COLUMN routed_at;
ALTER TABLE question DROP COLUMN reopened_at, DROP COLUMN closed_at;
COMMENT ON COLUMN question.ended IS 'withdrawn or closed: nothing more is sent but word of the end';
