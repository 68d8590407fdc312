DROP TABLE announced;
