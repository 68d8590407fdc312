DROP VIEW ended;
DELETE FROM ending WHERE how = 'reopened';
COMMENT ON TABLE ending IS 'The accepted answer of a question, or why it was closed without one';
