DROP TABLE link_key;
