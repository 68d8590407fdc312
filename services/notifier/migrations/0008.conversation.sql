-- A question is a conversation: messages of libraries to the asker, follow-ups with a library of their own

CREATE TABLE message (
    id uuid PRIMARY KEY,
    question_id uuid NOT NULL REFERENCES question,
    kind text NOT NULL CHECK (kind IN ('clarification', 'addition', 'correction')),
    partner text NOT NULL,
    partner_name text NOT NULL,
    text text NOT NULL,
    sources jsonb NOT NULL,
    attachments jsonb NOT NULL,
    written_at timestamptz NOT NULL,
    ends_at timestamptz
);
COMMENT ON TABLE message IS 'What a library writes to the asker beside its answer: it asks back, adds or corrects';
CREATE INDEX message_by_question ON message (question_id);

CREATE TABLE release (
    assignment_id uuid PRIMARY KEY,
    question_id uuid NOT NULL REFERENCES question,
    outcome text NOT NULL
);
COMMENT ON TABLE release IS 'How an assignment ended; apart from it, for it may be heard of later';
CREATE INDEX release_by_question ON release (question_id);

ALTER TABLE question ADD COLUMN reference text, ADD COLUMN reopened_text text;
COMMENT ON COLUMN question.reference IS 'The asking library''s own number';
COMMENT ON COLUMN question.reopened_text IS 'Why the asker had it asked again, in their words';
ALTER TABLE answer ADD COLUMN waited_seconds double precision NOT NULL DEFAULT 0;
ALTER TABLE assignment ADD COLUMN follow_up_id uuid;
COMMENT ON COLUMN assignment.follow_up_id IS 'What the asker wrote after the answer and this library is to see to';
ALTER TABLE delivery ADD COLUMN message_id uuid;

DROP VIEW standing;
CREATE VIEW standing AS
SELECT q.id, q.asker::text AS asker,
    (SELECT coalesce(json_agg(json_build_object('id', a.id, 'partner', a.partner, 'way', a.way,
            'address', a.address, 'attempt', a.attempt, 'routed_at', a.routed_at,
            'follow_up', a.follow_up_id)), '[]')::text
        FROM assignment a WHERE a.question_id = q.id) AS assignments,
    (SELECT coalesce(array_agg(o.assignment_id), '{}') FROM overdue o WHERE o.question_id = q.id) AS overdue,
    (SELECT coalesce(json_object_agg(r.assignment_id, r.outcome), '{}')::text
        FROM release r WHERE r.question_id = q.id) AS released,
    (SELECT coalesce(json_object_agg(f.id, f.asked_at), '{}')::text
        FROM follow_up f WHERE f.question_id = q.id) AS follow_ups,
    (SELECT coalesce(json_agg(json_build_object('partner', w.partner, 'at', w.answered_at)), '[]')::text
        FROM answer w WHERE w.question_id = q.id) AS answers,
    ARRAY(SELECT m.written_at FROM message m
        WHERE m.question_id = q.id AND m.kind <> 'clarification') AS added,
    coalesce(q.ended = 'withdrawn', false) OR q.erased_at IS NOT NULL AS over_for_good,
    q.closed_at
FROM question q;
COMMENT ON VIEW standing IS 'What a handler must know of a question to decide what is to be sent';
