DROP TABLE explanation;
DROP FUNCTION tell_explained();
