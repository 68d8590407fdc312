-- What a partner's program was told of what it handed in: the same again is told the same.
ALTER TABLE submission ADD COLUMN taken_for text;
