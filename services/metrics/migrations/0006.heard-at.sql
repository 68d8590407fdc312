-- When a fact was heard: one that can't be counted is seen by its age, however few come after it
ALTER TABLE pending ADD heard_at timestamptz NOT NULL DEFAULT now();
