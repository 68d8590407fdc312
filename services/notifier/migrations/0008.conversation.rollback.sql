DROP VIEW standing;
CREATE VIEW standing AS
SELECT q.id, q.asker::text AS asker, q.ended IS NOT NULL OR q.erased_at IS NOT NULL AS over,
    (SELECT coalesce(json_agg(json_build_object('id', a.id, 'partner', a.partner, 'way', a.way,
            'address', a.address, 'attempt', a.attempt, 'routed_at', a.routed_at)), '[]')::text
        FROM assignment a WHERE a.question_id = q.id) AS assignments,
    (SELECT coalesce(array_agg(o.assignment_id), '{}') FROM overdue o WHERE o.question_id = q.id) AS overdue,
    ARRAY(SELECT f.id FROM follow_up f WHERE f.question_id = q.id) AS follow_ups,
    (SELECT w.partner FROM answer w WHERE w.question_id = q.id ORDER BY w.answered_at LIMIT 1) AS answered_by,
    (SELECT coalesce(json_agg(json_build_object('partner', w.partner, 'at', w.answered_at)), '[]')::text
        FROM answer w WHERE w.question_id = q.id) AS answers,
    coalesce(q.ended = 'withdrawn', false) OR q.erased_at IS NOT NULL AS over_for_good,
    q.closed_at
FROM question q;
ALTER TABLE delivery DROP COLUMN message_id;
ALTER TABLE assignment DROP COLUMN follow_up_id;
ALTER TABLE answer DROP COLUMN waited_seconds;
ALTER TABLE question DROP COLUMN reference, DROP COLUMN reopened_text;
DROP TABLE release, message;
