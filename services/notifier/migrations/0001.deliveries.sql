
CREATE TABLE question (
    id uuid PRIMARY KEY,
    text text NOT NULL,
    private_note text,
    facets jsonb NOT NULL,
    place jsonb,
    attachments jsonb NOT NULL,
    publish_consent boolean NOT NULL,
    asker jsonb NOT NULL,
    promise_at timestamptz,
    ended text,
    erased_at timestamptz
);
COMMENT ON COLUMN question.ended IS 'withdrawn or closed: nothing more is sent but word of the end';

CREATE TABLE assignment (
    id uuid PRIMARY KEY,
    question_id uuid NOT NULL REFERENCES question,
    partner text NOT NULL,
    partner_name text NOT NULL,
    way text NOT NULL,
    address text NOT NULL,
    attempt integer NOT NULL,
    due_at timestamptz NOT NULL,
    promise_at timestamptz NOT NULL,
    reasons jsonb NOT NULL
);
CREATE INDEX assignment_by_question ON assignment (question_id, attempt);

CREATE TABLE overdue (
    assignment_id uuid PRIMARY KEY,
    question_id uuid NOT NULL REFERENCES question,
    due_at timestamptz NOT NULL
);
COMMENT ON TABLE overdue IS 'Apart from the assignment, which may be heard of later';
CREATE INDEX overdue_by_question ON overdue (question_id);

CREATE TABLE answer (
    id uuid PRIMARY KEY,
    question_id uuid NOT NULL REFERENCES question,
    partner text NOT NULL,
    partner_name text NOT NULL,
    text text NOT NULL,
    sources jsonb NOT NULL,
    attachments jsonb NOT NULL,
    publish_consent boolean NOT NULL,
    answered_at timestamptz NOT NULL,
    promise_at timestamptz NOT NULL,
    facets jsonb NOT NULL
);
CREATE INDEX answer_by_question ON answer (question_id);

CREATE TABLE follow_up (
    id uuid PRIMARY KEY,
    question_id uuid NOT NULL REFERENCES question,
    text text NOT NULL,
    asked_at timestamptz NOT NULL
);
CREATE INDEX follow_up_by_question ON follow_up (question_id);

CREATE TABLE delivery (
    id uuid PRIMARY KEY,
    question_id uuid NOT NULL REFERENCES question,
    kind text NOT NULL,
    way text NOT NULL,
    destination text,
    assignment_id uuid,
    answer_id uuid,
    follow_up_id uuid,
    details jsonb NOT NULL DEFAULT '{}',
    traceparent text,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'given_up', 'cancelled')),
    attempts integer NOT NULL DEFAULT 0,
    decided_at timestamptz NOT NULL,
    next_at timestamptz NOT NULL,
    done_at timestamptz,
    last_error text,
    url text
);
COMMENT ON COLUMN delivery.destination IS 'NULL is the asker: the address stands in question.asker alone';
CREATE INDEX delivery_due ON delivery (way, next_at) WHERE state = 'waiting';
CREATE INDEX delivery_by_question ON delivery (question_id);

-- One word to every copy's worker per transaction that decided something, at its commit.
CREATE FUNCTION tell_worker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('notifier_delivery', '');
    RETURN NULL;
END $$;
CREATE TRIGGER delivery_decided AFTER INSERT ON delivery
    FOR EACH STATEMENT EXECUTE FUNCTION tell_worker();

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

CREATE TABLE silenced_address (
    digest bytea PRIMARY KEY,
    silenced_at timestamptz NOT NULL,
    diagnostic text
);
COMMENT ON TABLE silenced_address IS 'SHA-256 of addresses that bounced for good: never written to again';
