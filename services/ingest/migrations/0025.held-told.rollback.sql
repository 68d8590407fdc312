DROP TRIGGER held_is_news ON quarantine;
DROP FUNCTION note_held();
DROP TABLE held_order;
DROP TABLE held_news;
