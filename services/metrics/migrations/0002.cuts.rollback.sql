ALTER VIEW tally RENAME TO numbered;
CREATE TABLE tally (
    partner text NOT NULL,
    measure text NOT NULL,
    facet text NOT NULL,
    month date NOT NULL,
    value text NOT NULL,
    n bigint NOT NULL,
    CONSTRAINT tally_pkey PRIMARY KEY (partner, measure, facet, month, value)
) WITH (fillfactor = 80);
INSERT INTO tally SELECT partner, measure, facet, month, value, n FROM numbered;
DROP VIEW numbered;
DROP TABLE monthly, cut;
