-- The peer of a rebuild: the same counters by plain SQL over the log. Working time is left out: SQL has none.
CREATE TEMPORARY TABLE plain AS
WITH measured AS (
    SELECT log.*, kind AS measure FROM log
    UNION ALL SELECT log.*, 'rerouted' FROM log WHERE kind = 'routed' AND number > 1
    UNION ALL SELECT log.*, 'kept' FROM log
        WHERE kind = 'answered' AND (promise_at IS NULL OR at <= promise_at)
), dated AS (
    SELECT measured.*, at AT TIME ZONE 'Europe/Paris' AS there,
        CASE WHEN kind IN ('received', 'withdrawn') THEN origin ELSE partner END AS giver
    FROM measured
), owned AS (
    SELECT '' AS owner, dated.* FROM dated
    UNION ALL SELECT giver, dated.* FROM dated WHERE giver <> ''
), cut AS (
    SELECT owner, measure, facet, date_trunc('month', there)::date AS month, value,
        CASE WHEN measure = 'viewed' THEN number ELSE 1 END AS times
    FROM owned, LATERAL (VALUES
        ('channel', channel), ('subject', subject), ('language', language), ('purpose', purpose),
        ('day', to_char(there, 'DD')),
        ('department', CASE WHEN measure IN ('received', 'answered') THEN department END),
        ('slot', CASE WHEN measure = 'received'
            THEN extract(isodow FROM there) - 1 || '-' || to_char(there, 'HH24') END),
        ('detail', CASE WHEN measure = kind THEN nullif(detail, '') END),
        ('number', CASE WHEN measure IN ('answered', 'rated') THEN number::text END),
        ('partner', CASE WHEN owner = '' THEN nullif(partner, '') END),
        ('origin', CASE WHEN owner = '' AND measure = 'received' THEN origin END),
        ('country', CASE WHEN owner = '' AND measure = 'received' THEN country END)
    ) AS piece (facet, value)
    WHERE value IS NOT NULL
)
SELECT owner AS partner, measure, facet, month, value, sum(times) AS n FROM cut GROUP BY 1, 2, 3, 4, 5;
