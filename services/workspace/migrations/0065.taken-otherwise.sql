-- What was given back here and then taken by mail, page or a program is in hand again.
ALTER TABLE assignment ADD COLUMN taken_at timestamptz;
COMMENT ON COLUMN assignment.taken_at IS 'When somebody of the library last took it otherwise than in the workspace';
