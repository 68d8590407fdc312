DROP TABLE subject_model;
