CREATE TABLE bounced (
    address_hash bytea PRIMARY KEY,
    permanent boolean NOT NULL,
    status text,
    times integer NOT NULL DEFAULT 1,
    last_at timestamptz NOT NULL
);
