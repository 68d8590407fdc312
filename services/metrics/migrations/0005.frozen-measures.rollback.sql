UPDATE frozen SET figures = jsonb_set(
    figures #- '{headlines,delivered}', '{headlines,published}', figures #> '{headlines,delivered}'
)
WHERE figures -> 'headlines' ? 'delivered';

UPDATE frozen SET figures = jsonb_set(
    figures, '{durations}',
    (figures -> 'durations') - 'deliver_calendar' - 'deliver_working' || jsonb_build_object(
        'publish_calendar', figures #> '{durations,deliver_calendar}',
        'publish_working', figures #> '{durations,deliver_working}')
)
WHERE figures -> 'durations' ? 'deliver_calendar';
