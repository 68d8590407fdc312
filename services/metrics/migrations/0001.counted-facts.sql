-- The log of counted facts and the counters drawn from it

-- Facts as they came, not yet in any counter. Handlers only ever append here, so copies never wait for each other.
CREATE TABLE pending (
    kind text NOT NULL,
    at timestamptz NOT NULL,
    event uuid NOT NULL,
    channel text NOT NULL,
    partner text NOT NULL,
    origin text NOT NULL,
    subject text NOT NULL,
    language text NOT NULL,
    purpose text NOT NULL,
    department text NOT NULL,
    country text NOT NULL,
    detail text NOT NULL,
    number smallint,
    received_at timestamptz,
    promise_at timestamptz,
    partner_name text NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- Facts that are in the counters: moved here in the transaction that counts them. No text, no person, no question.
CREATE TABLE log (
    kind text NOT NULL,
    at timestamptz NOT NULL,
    event uuid NOT NULL,
    channel text NOT NULL,
    partner text NOT NULL,
    origin text NOT NULL,
    subject text NOT NULL,
    language text NOT NULL,
    purpose text NOT NULL,
    department text NOT NULL,
    country text NOT NULL,
    detail text NOT NULL,
    number smallint,
    received_at timestamptz,
    promise_at timestamptz
) PARTITION BY RANGE (at);

-- Months of the log are cut in UTC: they are about storage; counters know the network's zone.
CREATE FUNCTION ensure_log_month(month date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE TABLE IF NOT EXISTS %I PARTITION OF log FOR VALUES FROM (%L) TO (%L)',
        to_char(month, '"log_"YYYY_MM'),
        month::timestamp AT TIME ZONE 'UTC',
        (month + interval '1 month') AT TIME ZONE 'UTC'
    );
END
$$;

-- Counters by month of the network's zone. An empty partner is the network as a whole.
CREATE TABLE tally (
    partner text NOT NULL,
    measure text NOT NULL,
    facet text NOT NULL,
    month date NOT NULL,
    value text NOT NULL,
    n bigint NOT NULL,
    CONSTRAINT tally_pkey PRIMARY KEY (partner, measure, facet, month, value)
) WITH (fillfactor = 80);

-- The same over all time, for the facets that Prometheus shows: a scrape must not add up ten years.
CREATE TABLE ever (
    partner text NOT NULL,
    measure text NOT NULL,
    facet text NOT NULL,
    value text NOT NULL,
    n bigint NOT NULL,
    CONSTRAINT ever_pkey PRIMARY KEY (partner, measure, facet, value)
) WITH (fillfactor = 80);

CREATE TABLE partner_name (
    id text PRIMARY KEY,
    name text NOT NULL,
    heard_at timestamptz NOT NULL
);

-- Years from before Sésame, as told by their sources.
CREATE TABLE imported (
    partner text NOT NULL,
    year smallint NOT NULL,
    measure text NOT NULL,
    facet text NOT NULL,
    value text NOT NULL,
    n bigint NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (partner, year, measure, facet, value)
);

-- Figures of years that no longer change.
CREATE TABLE frozen (
    year smallint NOT NULL,
    partner text NOT NULL,
    figures jsonb NOT NULL,
    frozen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (year, partner)
);
