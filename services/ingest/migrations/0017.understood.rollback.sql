DROP FUNCTION known_facets(uuid, text);
ALTER TABLE asked DROP COLUMN understood;
