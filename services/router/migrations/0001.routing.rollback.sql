DROP TABLE history;
DROP TABLE decision;
DROP TABLE assignment;
DROP TABLE question;
DROP TABLE load;
DROP TABLE partner_history;
DROP TABLE partner;
DROP TABLE network;
