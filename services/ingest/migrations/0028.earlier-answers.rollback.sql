DELETE FROM message WHERE kind = 'answer';
ALTER TABLE message DROP CONSTRAINT message_kind_check;
ALTER TABLE message ADD CONSTRAINT message_kind_check
    CHECK (kind IN ('clarification', 'addition', 'correction', 'reopening'));
