-- What was counted when its month was over, and in which month it was counted: everyone sees it by theme,
-- language, purpose and département when that one is over, too
CREATE TABLE late (
    cut integer NOT NULL,
    month date NOT NULL,
    counted_in date NOT NULL,
    n bigint NOT NULL,
    CONSTRAINT late_pkey PRIMARY KEY (cut, month, counted_in)
);
