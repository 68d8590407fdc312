DROP TABLE partner_access;
