-- A copy keeps the loads it wrote; by the stamp of the last writing it knows whether another wrote since
ALTER TABLE network ADD COLUMN book uuid;
COMMENT ON COLUMN network.book IS 'Changes whenever table load is written; empty: read it';
