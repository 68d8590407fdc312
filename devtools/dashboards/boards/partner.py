"""What one library gives to the network, and how it keeps up."""

from __future__ import annotations

from devtools.dashboards.panels import Dashboard, Levels, Query, Variable, lines, stat, table

_MONTHS = """
SELECT to_char(month, 'YYYY-MM') AS month,
    coalesce(sum(n) FILTER (WHERE measure = 'received'), 0) AS received,
    coalesce(sum(n) FILTER (WHERE measure = 'routed'), 0) AS asked,
    coalesce(sum(n) FILTER (WHERE measure = 'answered'), 0) AS answered,
    coalesce(sum(n) FILTER (WHERE measure = 'kept'), 0) AS "in time",
    coalesce(sum(n) FILTER (WHERE measure = 'declined'), 0) AS declined,
    coalesce(sum(n) FILTER (WHERE measure = 'overdue'), 0) AS overdue
FROM tally WHERE partner = '$partner' AND facet = 'channel'
GROUP BY 1 ORDER BY 1 DESC
""".strip()

_SUBJECTS = """
SELECT value AS subject, sum(n) AS answers FROM tally
WHERE partner = '$partner' AND measure = 'answered' AND facet = 'subject' AND value <> ''
    AND month >= date_trunc('month', now() - interval '11 months')
GROUP BY 1 ORDER BY 2 DESC
""".strip()


def _now(measure: str) -> str:
    name = f"sesame_partner_questions_{measure}_total"
    return f'max(increase({name}{{partner="$partner"}}[$__range])) or vector(0)'


def _by_day(measure: str, legend: str) -> Query:
    name = f"sesame_partner_questions_{measure}_total"
    return Query(f'max(increase({name}{{partner="$partner"}}[1d])) or vector(0)', legend)


PARTNER = Dashboard(
    uid="sesame-partner",
    title="One partner",
    meaning="What one library gives to the network, and how it keeps up.",
    since="now-30d",
    variables=(
        Variable("partner", "Partner", "label_values(sesame_partner_questions_routed_total, partner)"),
    ),
    panels=(
        stat("Asked", "In the time shown", _now("routed"), width=5),
        stat("Answered", "In the time shown", _now("answered"), width=5),
        stat("In time", "Within the promise", _now("answered_in_time"), width=5),
        stat("Declined", "In the time shown", _now("declined"), width=5),
        stat("Overdue", "Times its due time passed", _now("overdue"), levels=Levels(1, 5)),
        lines(
            "Day by day",
            "Questions asked of it and answered by it, per day",
            _by_day("routed", "asked"),
            _by_day("answered", "answered"),
            width=24,
        ),
        table("Months", "Every month counted; received is what its own public asked", _MONTHS),
        table("Subjects it answered", "In twelve months", _SUBJECTS),
    ),
)
