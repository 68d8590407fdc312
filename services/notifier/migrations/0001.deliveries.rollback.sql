DROP VIEW standing;
DROP TABLE silenced_address, delivery, follow_up, answer, overdue, assignment, question;
DROP FUNCTION tell_worker();
