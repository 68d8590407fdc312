DROP TABLE offered;
