DROP TABLE rebuild;
