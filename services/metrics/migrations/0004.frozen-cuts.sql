-- A frozen year holds its cuts by facet, so that a further facet is no further field

UPDATE frozen SET figures = figures || jsonb_build_object('cuts', jsonb_build_object(
    'channel', figures -> 'channels', 'subject', figures -> 'subjects', 'language', figures -> 'languages',
    'purpose', figures -> 'purposes', 'department', figures -> 'departments'))
WHERE figures ? 'channels';
