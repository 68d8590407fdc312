DROP TABLE silence;
DROP TABLE failed_delivery;
