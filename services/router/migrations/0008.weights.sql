-- What each part of a choice weighs: said by the coordinator, read with every choice, each change kept

ALTER TABLE network
    ADD COLUMN weights jsonb NOT NULL DEFAULT
        '{"referred": 2000, "origin": 1000, "place": 40, "subject": 40, "load": 20, "fit": 20, "fairness": 15}',
    ADD COLUMN weights_version bigint NOT NULL DEFAULT 1;

CREATE TABLE weights_change (
    version bigint PRIMARY KEY,
    changed_at timestamptz NOT NULL,
    actor text NOT NULL,
    reason text,
    before jsonb,
    after jsonb NOT NULL,
    told_at timestamptz
);
COMMENT ON TABLE weights_change IS 'The highest version is what network.weights says';

INSERT INTO weights_change (version, changed_at, actor, after)
SELECT weights_version, now(), 'sesame', weights FROM network;
