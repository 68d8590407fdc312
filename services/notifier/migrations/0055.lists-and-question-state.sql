-- What entries are counted by is a list, as its feed is; what a handler must know of a question is its state

ALTER TABLE archive_shelf RENAME TO archive_list;
ALTER TABLE archive_list RENAME CONSTRAINT archive_shelf_pkey TO archive_list_pkey;
ALTER TABLE archive_list RENAME CONSTRAINT archive_shelf_kind_check TO archive_list_kind_check;
ALTER VIEW standing RENAME TO question_state;

-- A copy of before goes on reading and writing by the former names while an upgrade lasts.
CREATE VIEW archive_shelf AS SELECT kind, value, label, entries FROM archive_list;
CREATE VIEW standing AS SELECT * FROM question_state;
COMMENT ON VIEW archive_shelf IS 'archive_list, for copies of before';
COMMENT ON VIEW standing IS 'question_state, for copies of before';
