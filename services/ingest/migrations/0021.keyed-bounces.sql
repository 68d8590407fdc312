-- Addresses that bounced and senders are remembered by keyed digests: plain ones could be tried with every address

DELETE FROM bounced;
COMMENT ON COLUMN bounced.address_hash IS 'Keyed hash: whoever has this table alone can test no address with it';
COMMENT ON COLUMN question.asked_by IS 'Keyed hash of the sender: knows them again, keeps no address; empty once erased';
