-- How far each service has told again what it announced, for whoever asked for it
CREATE TABLE rebuild (
    service text PRIMARY KEY,
    id uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    facts bigint NOT NULL DEFAULT 0,
    done_at timestamptz
);
COMMENT ON TABLE rebuild IS 'The latest of each service: a page of an earlier one is kept, and asks for no further';
