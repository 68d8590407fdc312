DROP TABLE application;
