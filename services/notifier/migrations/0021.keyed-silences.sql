-- Addresses that bounced are remembered by keyed digests: the plain ones could be tried with every address

DELETE FROM silenced_address;
COMMENT ON TABLE silenced_address IS 'Keyed hashes of addresses that bounced for good: never written to again';
COMMENT ON COLUMN silenced_address.diagnostic IS 'Status codes alone: in its words a server likes to name the person';
