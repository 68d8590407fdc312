DROP TABLE weights_trial;
DROP TABLE weights_change;
DROP FUNCTION tell_weights();
