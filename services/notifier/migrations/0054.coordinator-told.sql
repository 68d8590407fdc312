-- When the coordinator was last told, without reading all that was ever sent: every kind of note is in the index

-- depends: 0053.ways-told
DROP INDEX delivery_told_coordinator;
CREATE INDEX delivery_told_coordinator ON delivery (done_at)
    WHERE kind IN ('failure', 'promise', 'unhandled', 'unroutable') AND state = 'sent';
