-- Ten years and about ten million questions, made up in the counters: 50 partners, 20 subjects, 10 languages.
-- Every cell that could have been counted is there: more rows than a real network would have.
CREATE TEMPORARY TABLE told (partner text, measure text, facet text, month date, value text, n bigint);

WITH owners (partner, part) AS (
    SELECT '', 1.0 UNION ALL SELECT 'partner-' || n, 0.02 FROM generate_series(1, 50) AS n
), measures (measure, share) AS (
    VALUES ('received', 1.0), ('routed', 1.07), ('rerouted', 0.07), ('declined', 0.07), ('overdue', 0.05),
        ('submitted', 0.98), ('answered', 0.97), ('kept', 0.9), ('published', 0.97), ('archived', 0.45), ('viewed', 4.5),
        ('rated', 0.3), ('withdrawn', 0.02)
), pieces (facet, value, share, only_for) AS (
    SELECT 'channel', 'channel-' || n, 1 / 8.0, NULL::text[] FROM generate_series(1, 8) AS n
    UNION ALL SELECT 'subject', 'subject-' || n, 1 / 20.0, NULL FROM generate_series(1, 20) AS n
    UNION ALL SELECT 'language', chr(96 + n) || 'x', 1 / 10.0, NULL FROM generate_series(1, 10) AS n
    UNION ALL SELECT 'purpose', 'purpose-' || n, 1 / 5.0, NULL FROM generate_series(1, 5) AS n
    UNION ALL SELECT 'day', to_char(n, 'FM00'), 1 / 30.0, NULL FROM generate_series(1, 28) AS n
    UNION ALL SELECT 'department', to_char(n, 'FM00'), 1 / 101.0, ARRAY['received', 'answered']
        FROM generate_series(1, 95) AS n
    UNION ALL SELECT 'slot', day || '-' || to_char(hour, 'FM00'), 1 / 168.0, ARRAY['received']
        FROM generate_series(0, 6) AS day, generate_series(0, 23) AS hour
    UNION ALL SELECT 'number', n::text, 1 / 6.0, ARRAY['answered', 'rated'] FROM generate_series(1, 5) AS n
    UNION ALL SELECT 'detail', 'way-' || n, 1 / 3.0, ARRAY['routed', 'published', 'declined']
        FROM generate_series(1, 3) AS n
    UNION ALL SELECT stage || '_' || clock, bound, 1 / 15.0, ARRAY[measure]
        FROM (VALUES ('route', 'routed'), ('answer', 'answered'), ('publish', 'published')) AS s (stage, measure),
            unnest(ARRAY['calendar', 'working']) AS clock,
            unnest(ARRAY['60', '600', '3600', '10800', '21600', '43200', '86400', '172800', '259200', '345600',
                '432000', '604800', '1209600', '2592000', 'inf']) AS bound
)
INSERT INTO told (partner, measure, facet, month, value, n)
SELECT partner, measure, facet, (date '2017-01-01' + make_interval(months => month))::date, value,
    ceil(10000000 / 120.0 * part * measures.share * pieces.share)
FROM owners, measures, pieces, generate_series(0, 119) AS month
WHERE only_for IS NULL OR measure = ANY (only_for);

INSERT INTO told (partner, measure, facet, month, value, n)
SELECT '', measure, 'partner', (date '2017-01-01' + make_interval(months => month))::date, 'partner-' || n, 1600
FROM unnest(ARRAY['routed', 'rerouted', 'declined', 'overdue', 'answered', 'kept', 'published']) AS measure,
    generate_series(1, 50) AS n, generate_series(0, 119) AS month;

INSERT INTO cut (partner, measure, facet, value) SELECT DISTINCT partner, measure, facet, value FROM told;

INSERT INTO monthly (cut, month, n)
SELECT id, month, n FROM told JOIN cut USING (partner, measure, facet, value);

INSERT INTO ever (partner, measure, facet, value, n)
SELECT partner, measure, facet, value, sum(n) FROM told
WHERE (partner = '' AND facet NOT IN ('purpose', 'day', 'department', 'slot'))
    OR facet IN ('channel', 'number', 'answer_calendar')
GROUP BY 1, 2, 3, 4;

ANALYZE cut;
ANALYZE monthly;
ANALYZE ever;
