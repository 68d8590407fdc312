DELETE FROM silenced_address;
