"""For the coordinator: what comes in, what waits, what is late, who answers."""

from __future__ import annotations

from devtools.dashboards.panels import Dashboard, Levels, Query, bars, heat, lines, stat, table

# All hours of the week, so that the columns stand in order from the first row on.
_HOURS = """
SELECT (ARRAY['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])[1 + day] AS row, hour AS column,
    coalesce(sum(n), 0) AS number
FROM generate_series(0, 6) AS day CROSS JOIN generate_series(0, 23) AS hour
    LEFT JOIN tally ON value = day || '-' || lpad(hour::text, 2, '0') AND partner = ''
        AND measure = 'received' AND facet = 'slot' AND month >= date_trunc('year', now())
GROUP BY day, hour ORDER BY day, hour
""".strip()

_PARTNERS = """
SELECT coalesce(name, value) AS partner,
    coalesce(sum(n) FILTER (WHERE measure = 'routed'), 0) AS asked,
    coalesce(sum(n) FILTER (WHERE measure = 'answered'), 0) AS answered,
    coalesce(sum(n) FILTER (WHERE measure = 'kept'), 0) AS "in time",
    coalesce(sum(n) FILTER (WHERE measure = 'declined'), 0) AS declined,
    value AS id
FROM tally LEFT JOIN partner_name ON id = value
WHERE partner = '' AND facet = 'partner' AND measure IN ('routed', 'answered', 'kept', 'declined')
    AND month >= date_trunc('month', now() - interval '2 months')
GROUP BY name, value ORDER BY 3 DESC, 1
""".strip()

_TIME = (
    "histogram_quantile({share}, max by (le)"
    ' (increase(sesame_time_to_answer_seconds_bucket{{clock="calendar"}}[1d])))'
)


def _day(measure: str) -> str:
    return f"sum(max by (channel) (increase(sesame_questions_{measure}_total[24h]))) or vector(0)"


def _recorded_day(measure: str) -> str:
    return f"sum(sesame:questions_{measure}:increase1d) or vector(0)"


def _hour(measure: str) -> Query:
    return Query(f"sum(max by (channel) (increase(sesame_questions_{measure}_total[1h])))", measure)


TODAY = Dashboard(
    uid="sesame-today",
    title="The network today",
    meaning="For the coordinator: what comes in, what waits, what is late, who answers.",
    panels=(
        stat("Questions", "Received in 24 hours", _recorded_day("received"), alerts=("SesameNoQuestions",)),
        stat("Answered", "Answers accepted in 24 hours", _recorded_day("answered")),
        stat(
            "Waiting",
            "Neither answered nor closed, now",
            "max(sesame_questions_waiting)",
            levels=Levels(100, 300),
        ),
        stat(
            "Overdue",
            "Times a partner's due time passed in 24 hours",
            _day("overdue"),
            levels=Levels(5, 20),
        ),
        stat(
            "No partner found",
            "In 24 hours; the coordinator chooses",
            _day("unroutable"),
            levels=Levels(1, 5),
            alerts=("SesameUnroutable",),
        ),
        stat(
            "Promise kept",
            "Share of the answers of seven days that came within the promise",
            "sesame:promise_kept:ratio7d or vector(1)",
            unit="percentunit",
            levels=Levels(0.9, 0.8),
            alerts=("SesamePromiseAtRisk",),
        ),
        lines(
            "Questions by channel",
            "Per hour, by how they were asked",
            Query("max by (channel) (increase(sesame_questions_received_total[1h]))", "{{channel}}"),
            alerts=(
                "SesameChannelDown",
                "SesameTokenRefused",
                "SesameQuarantineWaits",
                "SesameAuthorsHidden",
            ),
        ),
        lines(
            "From question to answer",
            "Per hour: the three lines should follow each other",
            _hour("received"),
            _hour("answered"),
            _hour("published"),
        ),
        heat("Hours of the week", "Questions of this year by weekday and hour of the network's zone", _HOURS),
        lines(
            "Time to answer",
            "Of the answers of the last day, by the calendar; the promise is three working days",
            Query(_TIME.format(share=0.5), "median"),
            Query(_TIME.format(share=0.9), "nine in ten"),
            unit="s",
        ),
        table(
            "Partners",
            "This month and the two before: asked, answered, in time, declined; a row opens the partner",
            _PARTNERS,
            height=10,
            row_link="/d/sesame-partner?var-partner=${__data.fields.id}",
        ),
        bars(
            "What people look for",
            "Questions of seven days by declared subject",
            "topk(12, max by (subject)"
            ' (increase(sesame_questions_by_subject_total{subject!="unknown"}[7d])))',
            "{{subject}}",
            height=10,
        ),
        lines(
            "Published answers read",
            "Per hour, in the public archive",
            Query("sum(max by (subject) (increase(sesame_archive_views_total[1h])))", "readings"),
            height=6,
        ),
        lines(
            "Room for files",
            "Share that files and what is held for a person take of the room there is",
            Query(
                "max(sum by (instance) (sesame_ingest_kept_bytes)) / max(sesame_ingest_room_bytes)", "taken"
            ),
            unit="percentunit",
            height=6,
            alerts=("SesameFilesFill", "SesameScannerAway", "SesameHeldRepliesWait"),
        ),
    ),
)
