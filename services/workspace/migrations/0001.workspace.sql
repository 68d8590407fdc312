-- The read model: what was heard of each question, and what follows from all of it.
CREATE TABLE fact (
    question uuid NOT NULL,
    event text NOT NULL,
    type text NOT NULL,
    at timestamptz NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (question, event)
);
COMMENT ON TABLE fact IS 'As announced, without addresses; question and assignment are made anew from all of a question';

CREATE TABLE question (
    id uuid PRIMARY KEY,
    heading text NOT NULL,
    text text NOT NULL,
    received_at timestamptz NOT NULL,
    promise_at timestamptz,
    state text NOT NULL,
    holder text,
    channel text NOT NULL,
    subject text,
    language text,
    words tsvector
);
CREATE INDEX question_by_state ON question (state, promise_at);
CREATE INDEX question_newest ON question (received_at DESC);
CREATE INDEX question_words ON question USING gin (words) WITH (fastupdate = off);

CREATE TABLE assignment (
    question uuid NOT NULL,
    partner text NOT NULL,
    list text NOT NULL CHECK (list IN ('open', 'taken', 'waiting', 'answered', 'passed')),
    routed_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    done_at timestamptz,
    PRIMARY KEY (question, partner)
);
CREATE INDEX assignment_due ON assignment (partner, list, due_at);
CREATE INDEX assignment_done ON assignment (partner, list, done_at DESC);

CREATE TABLE library (
    id text PRIMARY KEY,
    name text NOT NULL,
    time_zone text,
    told_at timestamptz NOT NULL
);

-- The people of the network, and how they come in.
CREATE TABLE person (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    mail text NOT NULL,
    language text NOT NULL DEFAULT 'fr',
    created_at timestamptz NOT NULL,
    left_at timestamptz
);
CREATE UNIQUE INDEX person_mail ON person (lower(mail)) WHERE left_at IS NULL;

CREATE TABLE membership (
    person uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('respondent', 'lead', 'coordinator', 'observer')),
    partner text NOT NULL DEFAULT '',
    PRIMARY KEY (person, role, partner),
    CHECK ((role IN ('respondent', 'lead')) = (partner <> ''))
);
CREATE INDEX membership_by_partner ON membership (partner);

CREATE TABLE sign_in (
    id uuid PRIMARY KEY,
    person uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    asked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE TABLE session (
    id uuid PRIMARY KEY,
    digest bytea NOT NULL UNIQUE,
    person uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    way text NOT NULL,
    agent text NOT NULL,
    began_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    id_token text
);
COMMENT ON COLUMN session.digest IS 'SHA-256 of the cookie: who reads this table can be nobody';
CREATE INDEX session_by_person ON session (person);

CREATE TABLE identity (
    issuer text NOT NULL,
    subject text NOT NULL,
    person uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject)
);

CREATE TABLE passkey (
    id bytea PRIMARY KEY,
    person uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX passkey_by_person ON passkey (person);

CREATE TABLE attempt (
    key bytea NOT NULL,
    at timestamptz NOT NULL
);
COMMENT ON TABLE attempt IS 'Tries to come in, by a digest of address or network: for growing waits, a day long';
CREATE INDEX attempt_by_key ON attempt (key, at);

-- What people do here.
CREATE TABLE request (
    id uuid PRIMARY KEY,
    question uuid,
    partner text NOT NULL,
    person uuid,
    type text NOT NULL,
    form text NOT NULL UNIQUE,
    asked_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'under_way' CHECK (state IN ('under_way', 'accepted', 'refused')),
    reason text,
    field text,
    value text,
    done_at timestamptz
);
COMMENT ON COLUMN request.form IS 'Number of the form that asked: sent twice, it is one request';
CREATE INDEX request_by_question ON request (question, asked_at);

CREATE TABLE claim (
    question uuid NOT NULL,
    partner text NOT NULL,
    person uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    at timestamptz NOT NULL,
    PRIMARY KEY (question, partner)
);
CREATE INDEX claim_by_person ON claim (person);

CREATE TABLE draft (
    question uuid NOT NULL,
    partner text NOT NULL,
    person uuid NOT NULL,
    text text NOT NULL,
    sources text NOT NULL,
    revision integer NOT NULL,
    saved_at timestamptz NOT NULL,
    sent_at timestamptz,
    PRIMARY KEY (question, partner, person)
);
CREATE TABLE draft_kept (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    question uuid NOT NULL,
    partner text NOT NULL,
    person uuid NOT NULL,
    text text NOT NULL,
    sources text NOT NULL,
    saved_at timestamptz NOT NULL
);
COMMENT ON TABLE draft_kept IS 'A draft that another window of the same person wrote over without having seen it';
CREATE INDEX draft_kept_by_question ON draft_kept (question, partner);

CREATE TABLE note (
    id uuid PRIMARY KEY,
    question uuid NOT NULL,
    partner text NOT NULL,
    person uuid,
    text text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX note_by_question ON note (question, partner);

CREATE TABLE mention (
    note uuid NOT NULL REFERENCES note ON DELETE CASCADE,
    person uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    seen_at timestamptz,
    PRIMARY KEY (note, person)
);
CREATE INDEX mention_unseen ON mention (person) WHERE seen_at IS NULL;

CREATE TABLE presence (
    question uuid NOT NULL,
    partner text NOT NULL,
    person uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    seen_at timestamptz NOT NULL,
    wrote_at timestamptz,
    PRIMARY KEY (question, partner, person)
);

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    person uuid,
    deed text NOT NULL,
    partner text,
    question uuid,
    detail text
);
CREATE INDEX audit_by_person ON audit (person, at DESC);
CREATE INDEX audit_by_question ON audit (question, at DESC);
CREATE INDEX audit_newest ON audit (at DESC);

-- One word to every copy, at the commit, of what its open pages should show anew.
CREATE FUNCTION tell_streams() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM pg_notify('workspace_changed', OLD.partner || ' ' || OLD.question);
    ELSE
        PERFORM pg_notify('workspace_changed', NEW.partner || ' ' || NEW.question);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER assignment_changed AFTER INSERT OR UPDATE OR DELETE ON assignment
    FOR EACH ROW EXECUTE FUNCTION tell_streams();
CREATE TRIGGER claim_changed AFTER INSERT OR UPDATE OR DELETE ON claim
    FOR EACH ROW EXECUTE FUNCTION tell_streams();
CREATE TRIGGER note_changed AFTER INSERT ON note FOR EACH ROW EXECUTE FUNCTION tell_streams();
CREATE TRIGGER request_changed AFTER INSERT OR UPDATE ON request
    FOR EACH ROW WHEN (NEW.question IS NOT NULL) EXECUTE FUNCTION tell_streams();
CREATE TRIGGER presence_changed AFTER INSERT OR DELETE ON presence
    FOR EACH ROW EXECUTE FUNCTION tell_streams();
-- A page that is only still open is no news, or every beat would wake every other page.
CREATE TRIGGER presence_is_news AFTER UPDATE ON presence FOR EACH ROW
    WHEN (NEW.seen_at > OLD.seen_at + interval '50 seconds'
        OR NEW.wrote_at > coalesce(OLD.wrote_at, '-infinity') + interval '20 seconds')
    EXECUTE FUNCTION tell_streams();
