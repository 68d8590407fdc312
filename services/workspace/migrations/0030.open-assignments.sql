-- Of a hundred thousand questions a few thousand are open, and they alone are looked at all day.
CREATE INDEX assignment_open ON assignment (question, partner) INCLUDE (list, due_at)
    WHERE list IN ('open', 'taken', 'waiting');
