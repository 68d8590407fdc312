-- How far the mailbox was read by IMAP, and mails that were tried in vain

CREATE TABLE mailbox (
    name text PRIMARY KEY,
    validity bigint NOT NULL,
    last_uid bigint NOT NULL
);

CREATE TABLE mailbox_attempt (
    name text NOT NULL,
    validity bigint NOT NULL,
    uid bigint NOT NULL,
    attempts integer NOT NULL,
    PRIMARY KEY (name, validity, uid)
);
