-- What the router found out of a question where its asker did not say it: language, département

ALTER TABLE asked ADD COLUMN understood text NOT NULL DEFAULT '{}';

COMMENT ON COLUMN asked.understood IS 'JSON of contracts.Facets, UNDERSTOOD alone; the same in each row of a question';

-- What the asker said counts before what was found out.
CREATE FUNCTION known_facets(question uuid, said text) RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT (coalesce((SELECT asked.understood FROM asked WHERE asked.question = $1 LIMIT 1), '{}')::jsonb
        || said::jsonb)::text $$;
