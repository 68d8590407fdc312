-- The model that guesses subjects, as learned from the network's own past; the last one counts

CREATE TABLE subject_model (
    version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    learned_at timestamptz NOT NULL,
    hand text NOT NULL,
    examples integer NOT NULL,
    quality jsonb NOT NULL,
    model jsonb NOT NULL
);
