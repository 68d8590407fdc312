-- An answer that did not do stays on the pages: who asked again reads it, and so does whoever is asked now

ALTER TABLE message DROP CONSTRAINT message_kind_check;
ALTER TABLE message ADD CONSTRAINT message_kind_check
    CHECK (kind IN ('answer', 'clarification', 'addition', 'correction', 'reopening'));
