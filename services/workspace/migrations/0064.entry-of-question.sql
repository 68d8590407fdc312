-- A question's page leads its coordinator to what stands of it in the archive.
CREATE INDEX entry_by_question ON entry (question);
