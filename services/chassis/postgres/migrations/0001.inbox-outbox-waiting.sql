-- Every service's own inbox, outbox, and what came too early

CREATE TABLE inbox (
    source text NOT NULL,
    id text NOT NULL,
    handled_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, id)
);

CREATE INDEX inbox_by_age ON inbox USING brin (handled_at);

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    exchange text NOT NULL,
    routing_key text NOT NULL,
    content_type text NOT NULL,
    message_id text NOT NULL,
    headers text NOT NULL DEFAULT '{}',
    body bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    not_before timestamptz NOT NULL DEFAULT '-infinity',
    attempts integer NOT NULL DEFAULT 0
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE TABLE waiting (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    question uuid NOT NULL,
    body bytea NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX waiting_by_question ON waiting (question);
