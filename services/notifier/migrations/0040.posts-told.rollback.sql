DROP TRIGGER post_changed ON delivery;
DROP TRIGGER post_came ON delivery;
DROP FUNCTION note_post();
DROP TABLE post_news;
