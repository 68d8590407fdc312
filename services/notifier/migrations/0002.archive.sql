
CREATE TABLE archive_entry (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    answer_id uuid NOT NULL UNIQUE,
    question_id uuid NOT NULL REFERENCES question,
    state text NOT NULL CHECK (state IN ('held', 'published', 'kept_private', 'withdrawn')),
    title text NOT NULL,
    question text NOT NULL,
    answer text NOT NULL,
    sources jsonb NOT NULL,
    subject text,
    language text,
    partner text NOT NULL,
    partner_name text NOT NULL,
    answered_at timestamptz NOT NULL,
    promise_at timestamptz NOT NULL,
    facets jsonb NOT NULL,
    held_at timestamptz NOT NULL,
    published_at timestamptz,
    withdrawn_at timestamptz,
    released_by text,
    year integer GENERATED ALWAYS AS (extract(year FROM answered_at AT TIME ZONE 'UTC')) STORED,
    words tsvector
);
COMMENT ON TABLE archive_entry IS 'Answers for everyone; the number is the lasting address';
CREATE INDEX archive_entry_by_question ON archive_entry (question_id);
CREATE INDEX archive_entry_held ON archive_entry (held_at) WHERE state = 'held';
CREATE INDEX archive_entry_words ON archive_entry USING gin (words) WITH (fastupdate = off)
    WHERE state = 'published';
CREATE INDEX archive_entry_newest ON archive_entry (number DESC) WHERE state = 'published';
CREATE INDEX archive_entry_by_subject ON archive_entry (subject, number DESC) WHERE state = 'published';
CREATE INDEX archive_entry_by_partner ON archive_entry (partner, number DESC) WHERE state = 'published';
CREATE INDEX archive_entry_by_year ON archive_entry (year, number DESC) WHERE state = 'published';

CREATE TABLE archive_shelf (
    kind text NOT NULL CHECK (kind IN ('subject', 'partner', 'year')),
    value text NOT NULL,
    label text NOT NULL,
    entries integer NOT NULL,
    PRIMARY KEY (kind, value)
);
COMMENT ON TABLE archive_shelf IS 'How many published entries stand under each subject, partner and year';

CREATE TABLE archive_word (
    word text PRIMARY KEY,
    entries integer NOT NULL,
    near text[] NOT NULL
);
COMMENT ON COLUMN archive_word.near IS 'The word and what is left of it without one letter: finds slips of the pen';
CREATE INDEX archive_word_near ON archive_word USING gin (near);
