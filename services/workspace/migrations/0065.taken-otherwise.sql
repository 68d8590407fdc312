-- What was given back here and then taken by mail, page or a program is in hand again.
ALTER TABLE assignment ADD COLUMN taken_at timestamptz;
COMMENT ON COLUMN assignment.taken_at IS 'When somebody of the library last took it otherwise than in the workspace';

-- Counts only where it was given back, which no copy from before 0063 does: few rows, or none.
UPDATE assignment a SET taken_at = (
    SELECT max(f.at) FROM fact f
    WHERE f.question = a.question AND f.type = 'question.taken' AND f.data ->> 'partner' = a.partner
        AND f.data ->> 'way' IS DISTINCT FROM 'workspace' AND f.at >= a.routed_at
        AND NOT EXISTS (
            SELECT FROM fact w WHERE w.question = a.question AND w.type = 'take.withdrawn'
                AND w.data ->> 'partner' = a.partner AND w.at >= f.at
        )
)
FROM claim c WHERE c.question = a.question AND c.partner = a.partner AND c.person IS NULL;
