-- Partners, their loads, every question's state, assignments and the decisions behind them

-- One row: its lock makes decisions one after another, so that no quota is overrun and loads are right.
CREATE TABLE network (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    partners_version bigint NOT NULL DEFAULT 0,
    week date NOT NULL DEFAULT '2000-01-03',
    paused_since timestamptz,
    notice text
);

INSERT INTO network DEFAULT VALUES;

-- A partner without record was removed; version is the network's partners_version of its last change.
CREATE TABLE partner (
    id text PRIMARY KEY,
    record jsonb,
    version bigint NOT NULL
);

CREATE INDEX partner_by_version ON partner (version);

CREATE TABLE partner_history (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partner text NOT NULL,
    version bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    hand text NOT NULL,
    before jsonb,
    after jsonb
);

CREATE INDEX partner_history_by_partner ON partner_history (partner, id);

-- asked: in network.week. credit: questions that fairness owes the partner.
CREATE TABLE load (
    partner text PRIMARY KEY,
    asked integer NOT NULL,
    open integer NOT NULL CHECK (open >= 0),
    credit double precision NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE question (
    id uuid PRIMARY KEY,
    state text NOT NULL,
    promise_at timestamptz NOT NULL,
    facets jsonb NOT NULL,
    country text,
    postcode text,
    text text,
    publish_consent boolean NOT NULL,
    accepted_answer uuid,
    accepted_partner text,
    accepted_name text,
    breached boolean NOT NULL,
    learned text
);

CREATE INDEX question_promised ON question (promise_at)
    WHERE NOT breached AND state IN ('received', 'assigned', 'taken', 'reopened', 'unroutable');

CREATE TABLE assignment (
    id uuid PRIMARY KEY,
    question uuid NOT NULL,
    partner text NOT NULL,
    attempt integer NOT NULL,
    opened_at timestamptz NOT NULL,
    remind_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    taken_at timestamptz,
    reminded_at timestamptz,
    ended_at timestamptz,
    outcome text,
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);

CREATE INDEX assignment_by_question ON assignment (question, attempt);
CREATE UNIQUE INDEX assignment_open ON assignment (question) WHERE ended_at IS NULL;
CREATE INDEX assignment_due ON assignment (due_at) WHERE ended_at IS NULL;
CREATE INDEX assignment_to_remind ON assignment (remind_at) WHERE ended_at IS NULL AND reminded_at IS NULL;

CREATE TABLE decision (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    question uuid NOT NULL,
    decided_at timestamptz NOT NULL,
    chosen text,
    account jsonb NOT NULL
);

CREATE INDEX decision_by_question ON decision (question, id);

CREATE TABLE history (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    question uuid NOT NULL,
    at timestamptz NOT NULL,
    what text NOT NULL,
    hand text NOT NULL,
    reason text
);

CREATE INDEX history_by_question ON history (question, id);
