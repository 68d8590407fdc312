-- What this service announced of questions, kept to be told again to a workspace that begins from nothing

CREATE TABLE announced (
    question uuid NOT NULL,
    event text NOT NULL,
    type text NOT NULL,
    at timestamptz NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (question, event)
);
COMMENT ON TABLE announced IS 'Facts that the workspace hears, without addresses';
COMMENT ON COLUMN announced.type IS 'Empty: no fact, but the mark that the asker is forgotten';
