-- What stays of those who are forgotten, and how to find whose term has passed

CREATE FUNCTION tombstone(door text, key text) RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT 'erased:' || encode(sha256(convert_to(door || ' ' || key, 'UTF8')), 'hex') $$;

COMMENT ON FUNCTION tombstone IS
    'The key of a submission whose asker is forgotten: says that the same thing came before, and no more';

CREATE INDEX question_not_erased ON question (received_at) WHERE erased_at IS NULL;
