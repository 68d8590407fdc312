-- What was entered for a group that no program may write to: whose desk gets the answer back, to be pasted

CREATE TABLE group_post (
    question uuid PRIMARY KEY,
    partner text NOT NULL,
    url text,
    posted_at timestamptz
);

CREATE INDEX group_post_to_do ON group_post (partner) WHERE posted_at IS NULL;
