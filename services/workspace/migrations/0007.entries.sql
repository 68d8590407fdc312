CREATE TABLE entry (
    number bigint PRIMARY KEY,
    question uuid NOT NULL,
    state text NOT NULL,
    version bigint NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX entry_by_state ON entry (state, at DESC);

CREATE TABLE entry_shown (
    number bigint PRIMARY KEY,
    question uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    told_at timestamptz,
    library text,
    texts jsonb
);
COMMENT ON TABLE entry_shown IS 'Of what a coordinator looks at: forgotten within a day, and once it is decided';

CREATE TRIGGER entry_changed AFTER INSERT OR UPDATE ON entry FOR EACH ROW EXECUTE FUNCTION tell_held();
CREATE TRIGGER entry_told AFTER UPDATE ON entry_shown FOR EACH ROW EXECUTE FUNCTION tell_held();
