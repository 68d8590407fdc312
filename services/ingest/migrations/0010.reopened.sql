-- A reopened question is open: the latest word of its end is that there is none

COMMENT ON TABLE ending IS
    'The latest word of a question''s end: answered, closed without an answer, or reopened, which is none';

CREATE VIEW ended AS SELECT question, how, body, ended_at FROM ending WHERE how <> 'reopened';
