DROP TABLE waiting;
DROP TABLE outbox;
DROP TABLE inbox;
