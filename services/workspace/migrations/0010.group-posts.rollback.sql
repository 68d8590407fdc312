DROP TABLE group_post;
