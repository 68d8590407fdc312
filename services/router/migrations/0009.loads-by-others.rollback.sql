DROP TRIGGER loads_written ON load;
DROP FUNCTION loads_written();
