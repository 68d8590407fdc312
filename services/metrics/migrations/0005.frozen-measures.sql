-- A frozen year calls an answer that reached its asker delivered, as the figures do

UPDATE frozen SET figures = jsonb_set(
    figures #- '{headlines,published}', '{headlines,delivered}', figures #> '{headlines,published}'
)
WHERE figures -> 'headlines' ? 'published';

UPDATE frozen SET figures = jsonb_set(
    figures #- '{durations,publish_calendar}' #- '{durations,publish_working}', '{durations}',
    (figures -> 'durations') - 'publish_calendar' - 'publish_working' || jsonb_build_object(
        'deliver_calendar', figures #> '{durations,publish_calendar}',
        'deliver_working', figures #> '{durations,publish_working}')
)
WHERE figures -> 'durations' ? 'publish_calendar';
