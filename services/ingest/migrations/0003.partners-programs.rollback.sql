DROP TABLE pause;
DROP INDEX asked_by_partner;
CREATE INDEX asked_by_partner ON asked (partner, position);
ALTER TABLE asked DROP COLUMN written_by;
DROP TABLE partner_key;
