CREATE TABLE group_post (
    delivery uuid PRIMARY KEY,
    question uuid NOT NULL,
    version bigint NOT NULL,
    at timestamptz NOT NULL,
    text text,
    library text,
    url text
);
COMMENT ON COLUMN group_post.text IS 'None: it is posted, or needed no more';
CREATE INDEX group_post_waiting ON group_post (at) WHERE text IS NOT NULL;
CREATE INDEX group_post_by_question ON group_post (question);
CREATE TRIGGER group_post_changed AFTER INSERT OR UPDATE ON group_post
    FOR EACH ROW EXECUTE FUNCTION tell_held();
