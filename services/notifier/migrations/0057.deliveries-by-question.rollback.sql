CREATE INDEX delivery_by_question ON delivery (question_id);
ALTER TABLE delivery DROP CONSTRAINT delivery_pkey;
ALTER TABLE delivery ADD CONSTRAINT delivery_pkey PRIMARY KEY (id);
DROP INDEX delivery_waiting;
