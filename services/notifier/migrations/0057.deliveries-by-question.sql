-- A delivery's id is a hash: its row went to a random page of an index as large as all that was ever sent. A question's id
-- begins with its time, so this one grows at its end. Found by its id alone are only those that wait, which are few. The
-- version before goes on, slowly: it claims by the id alone, through all of them. While the index is built nothing is
-- read or sent: 1.4 seconds for a million rows. The key's lock comes first: a copy of before that has read and goes on
-- to write would wait for the index, and the key for what it has read.

-- depends: 0056.waited-working-time
LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE;
CREATE UNIQUE INDEX delivery_by_question_and_id ON delivery (question_id, id);
CREATE INDEX delivery_waiting ON delivery (id) WHERE state = 'waiting';
ALTER TABLE delivery DROP CONSTRAINT delivery_pkey;
ALTER TABLE delivery ADD CONSTRAINT delivery_pkey PRIMARY KEY USING INDEX delivery_by_question_and_id;
DROP INDEX delivery_by_question;
