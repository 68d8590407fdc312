DROP INDEX delivery_told_coordinator;
CREATE INDEX delivery_told_coordinator ON delivery (done_at)
    WHERE kind IN ('unroutable', 'promise', 'failure') AND state = 'sent';
