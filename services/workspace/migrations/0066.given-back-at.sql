-- A claim that was given back is as old as can be: a copy from before 0063, which knows no claim without a
-- person, lets somebody take it. When it was given back stands beside.
ALTER TABLE claim ADD COLUMN given_back_at timestamptz;
UPDATE claim SET given_back_at = at, at = 'epoch' WHERE person IS NULL;
COMMENT ON COLUMN claim.given_back_at IS 'Counts where the claim has no person';
