DROP VIEW standing;
DROP VIEW archive_shelf;
ALTER VIEW question_state RENAME TO standing;
ALTER TABLE archive_list RENAME CONSTRAINT archive_list_kind_check TO archive_shelf_kind_check;
ALTER TABLE archive_list RENAME CONSTRAINT archive_list_pkey TO archive_shelf_pkey;
ALTER TABLE archive_list RENAME TO archive_shelf;
