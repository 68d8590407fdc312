-- How much a mailbox, and all of them, got of us without asking, for a day; one list to the coordinator

CREATE TABLE unasked_mail (
    delivery uuid PRIMARY KEY,
    mailbox bytea NOT NULL,
    kind text NOT NULL,
    sent_at timestamptz NOT NULL
);
COMMENT ON COLUMN unasked_mail.mailbox IS 'Keyed hash of the address without case and tag; forgotten after a day';
CREATE INDEX unasked_mail_by_mailbox ON unasked_mail (mailbox, kind, sent_at);
CREATE INDEX unasked_mail_by_age ON unasked_mail (sent_at);

CREATE INDEX delivery_told_coordinator ON delivery (done_at)
    WHERE kind IN ('unroutable', 'promise', 'failure') AND state = 'sent';
