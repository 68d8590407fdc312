-- A claim without a person: somebody had the question in hand and gave it back to all, or left.
ALTER TABLE claim ALTER COLUMN person DROP NOT NULL;
-- Words that went out with a request, to be shown where it is refused.
ALTER TABLE draft_kept ADD COLUMN request uuid;
