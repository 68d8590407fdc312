
-- What concerns no single question (the daily list, the weekly digest) is sent about this one.
INSERT INTO question (id, text, facets, attachments, publish_consent, asker)
VALUES ('00000000-0000-0000-0000-000000000000', '', '{}', '[]', false, '{}')
ON CONFLICT DO NOTHING;
CREATE INDEX delivery_given_up ON delivery (done_at) WHERE state = 'given_up';
