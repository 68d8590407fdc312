UPDATE claim SET at = given_back_at WHERE person IS NULL AND given_back_at > at;
ALTER TABLE claim DROP COLUMN given_back_at;
