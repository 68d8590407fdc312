UPDATE pending SET detail = 'settle' WHERE kind = 'handled' AND detail = 'resolve';
UPDATE log SET detail = 'settle' WHERE kind = 'handled' AND detail = 'resolve';

-- Where both words were counted, a copy of before beside one of after, the counts are one.
WITH former AS (
    DELETE FROM ever WHERE measure = 'handled' AND facet = 'detail' AND value = 'resolve' RETURNING partner, n
)
INSERT INTO ever (partner, measure, facet, value, n) SELECT partner, 'handled', 'detail', 'settle', n FROM former
ON CONFLICT (partner, measure, facet, value) DO UPDATE SET n = ever.n + excluded.n;

INSERT INTO cut (partner, measure, facet, value)
SELECT partner, measure, facet, 'settle' FROM cut WHERE measure = 'handled' AND facet = 'detail' AND value = 'resolve'
ON CONFLICT DO NOTHING;
INSERT INTO monthly (cut, month, n)
SELECT latter.id, monthly.month, monthly.n FROM monthly
JOIN cut former ON former.id = monthly.cut JOIN cut latter USING (partner, measure, facet)
WHERE former.measure = 'handled' AND former.facet = 'detail' AND former.value = 'resolve' AND latter.value = 'settle'
ON CONFLICT (cut, month) DO UPDATE SET n = monthly.n + excluded.n;
DELETE FROM monthly USING cut
WHERE cut.id = monthly.cut AND measure = 'handled' AND facet = 'detail' AND value = 'resolve';
DELETE FROM cut WHERE measure = 'handled' AND facet = 'detail' AND value = 'resolve';
