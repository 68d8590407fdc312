DROP TRIGGER published_told ON fact;
DROP FUNCTION tell_published();
