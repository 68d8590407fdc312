"""The dashboards: what each is for, and the query behind every panel.

Every copy of metrics shows the same business numbers: max over copies, never their sum.
"""

from __future__ import annotations

from deploy.grafana.panels import Dashboard, Panel, Query, Variable

QUEUES = '{queue=~"ingest|router|notifier|metrics"}'
DEAD = '{queue=~"(ingest|router|notifier|metrics)[.]dead"}'


def _day(measure: str) -> str:
    return f"sum(max by (channel) (increase(sesame_questions_{measure}_total[24h]))) or vector(0)"


def _now(text: str) -> list[Query]:
    return [Query(text, instant=True)]


def _partner(measure: str) -> str:
    name = f"sesame_partner_questions_{measure}_total"
    return f'max(increase({name}{{partner="$partner"}}[$__range])) or vector(0)'


_HOURS = """
SELECT CASE split_part(value, '-', 1)::int
        WHEN 0 THEN '1 Mon' WHEN 1 THEN '2 Tue' WHEN 2 THEN '3 Wed' WHEN 3 THEN '4 Thu'
        WHEN 4 THEN '5 Fri' WHEN 5 THEN '6 Sat' ELSE '7 Sun' END AS weekday,
    split_part(value, '-', 2)::int AS hour, sum(n) AS questions
FROM tally
WHERE partner = '' AND measure = 'received' AND facet = 'slot' AND month >= date_trunc('year', now())
GROUP BY 1, 2 ORDER BY 1, 2
""".strip()

_PARTNERS = """
SELECT coalesce(name, value) AS partner,
    sum(n) FILTER (WHERE measure = 'routed') AS asked,
    sum(n) FILTER (WHERE measure = 'answered') AS answered,
    sum(n) FILTER (WHERE measure = 'kept') AS in_time,
    sum(n) FILTER (WHERE measure = 'declined') AS declined
FROM tally LEFT JOIN partner_name ON id = value
WHERE partner = '' AND facet = 'partner' AND month >= date_trunc('month', now() - interval '2 months')
GROUP BY 1 ORDER BY 3 DESC NULLS LAST
""".strip()

_SIZES = """
SELECT relname AS "table", pg_total_relation_size(oid) AS bytes, greatest(reltuples, 0)::bigint AS rows
FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
ORDER BY 2 DESC LIMIT 20
""".strip()

TODAY = Dashboard(
    uid="sesame-today",
    title="The network today",
    meaning="For the coordinator: what comes in, what waits, what is late, who answers.",
    panels=(
        Panel("Questions", "stat", _now(_day("received")), "Received in 24 hours", width=4, height=4),
        Panel("Answered", "stat", _now(_day("answered")), "Answers accepted in 24 hours", width=4, height=4),
        Panel(
            "Waiting",
            "stat",
            _now("max(sesame_questions_waiting)"),
            "Neither answered nor closed, now",
            width=4,
            height=4,
            warn=100,
            bad=300,
        ),
        Panel(
            "Overdue",
            "stat",
            _now(_day("overdue")),
            "Times a partner's due time passed in 24 hours",
            width=4,
            height=4,
            warn=5,
            bad=20,
        ),
        Panel(
            "No partner found",
            "stat",
            _now(_day("unroutable")),
            "In 24 hours; the coordinator chooses",
            width=4,
            height=4,
            warn=1,
            bad=5,
        ),
        Panel(
            "Promise kept",
            "stat",
            _now("sesame:promise_kept:ratio7d or vector(1)"),
            "Share of the answers of seven days that came within the promise",
            unit="percentunit",
            width=4,
            height=4,
            warn=0.9,
            bad=0.8,
        ),
        Panel(
            "Questions by channel",
            "timeseries",
            [Query("max by (channel) (increase(sesame_questions_received_total[1h]))", "{{channel}}")],
            "Per hour, by how they were asked",
            options={"legend": {"displayMode": "table", "calcs": ["sum"]}},
        ),
        Panel(
            "From question to answer",
            "timeseries",
            [
                Query("sum(max by (channel) (increase(sesame_questions_received_total[1h])))", "received"),
                Query("sum(max by (channel) (increase(sesame_questions_answered_total[1h])))", "answered"),
                Query("sum(max by (channel) (increase(sesame_questions_published_total[1h])))", "published"),
            ],
            "Per hour: the three lines should follow each other",
        ),
        Panel(
            "Hours of the week",
            "heatmap",
            [Query(_HOURS, sql=True)],
            "Questions of this year by weekday and hour of the network's zone",
        ),
        Panel(
            "Time to answer",
            "timeseries",
            [
                Query(
                    "histogram_quantile(0.5, max by (le)"
                    ' (increase(sesame_time_to_answer_seconds_bucket{clock="calendar"}[1d])))',
                    "median",
                ),
                Query(
                    "histogram_quantile(0.9, max by (le)"
                    ' (increase(sesame_time_to_answer_seconds_bucket{clock="calendar"}[1d])))',
                    "nine in ten",
                ),
            ],
            "Of the answers of the last day, by the calendar; the promise is three working days",
            unit="s",
        ),
        Panel(
            "Partners",
            "table",
            [Query(_PARTNERS, sql=True)],
            "This month and the two before: asked, answered, in time, declined",
            height=10,
        ),
        Panel(
            "What people look for",
            "bargauge",
            [
                Query(
                    "topk(12, max by (subject) (increase(sesame_questions_by_subject_total[7d])))",
                    "{{subject}}",
                    instant=True,
                )
            ],
            "Questions of seven days by declared subject",
            height=10,
            options={"orientation": "horizontal", "displayMode": "basic"},
        ),
    ),
)

SERVICES = Dashboard(
    uid="sesame-services",
    title="Services",
    meaning="For the operator: rate, errors, duration, backlog of each service.",
    since="now-3h",
    variables=(Variable("service", "Service", 'label_values(up{job="sesame"}, service)', many=True),),
    panels=(
        Panel(
            "Copies that answer",
            "stat",
            [Query('sum by (service) (up{job="sesame", service=~"$service"})', "{{service}}", instant=True)],
            "Red: none does. Runbook: docs/operations.md#sesameservicedown",
            width=12,
            height=4,
            warn=1,
            bad=0.5,
        ),
        Panel(
            "Oldest event not published",
            "stat",
            [
                Query(
                    'max by (service) (sesame_outbox_oldest_seconds{service=~"$service"})',
                    "{{service}}",
                    instant=True,
                )
            ],
            "Runbook: docs/operations.md#sesameoutboxstuck",
            unit="s",
            width=12,
            height=4,
            warn=10,
            bad=60,
        ),
        Panel(
            "Events handled",
            "timeseries",
            [
                Query(
                    'sum by (service, outcome) (rate(sesame_events_handled_total{service=~"$service"}[5m]))',
                    "{{service}} {{outcome}}",
                )
            ],
            "Per second, by outcome; duplicates are harmless, many of them are not normal",
            unit="ops",
        ),
        Panel(
            "Batch, 99th percentile",
            "timeseries",
            [
                Query(
                    "histogram_quantile(0.99, sum by (service, le)"
                    ' (rate(sesame_event_batch_seconds_bucket{service=~"$service"}[5m])))',
                    "{{service}}",
                )
            ],
            "From taking a batch to its commit",
            unit="s",
            warn=0.5,
            bad=2,
        ),
        Panel(
            "Handler, 99th percentile",
            "timeseries",
            [
                Query(
                    "histogram_quantile(0.99, sum by (service, event, le)"
                    ' (rate(sesame_event_handling_seconds_bucket{service=~"$service"}[5m])))',
                    "{{service}} {{event}}",
                )
            ],
            "Time in one event's handler",
            unit="s",
        ),
        Panel(
            "Outbox",
            "timeseries",
            [Query('max by (service) (sesame_outbox_rows{service=~"$service"})', "{{service}}")],
            "Events committed and not yet published",
        ),
        Panel(
            "Given up, redelivered, held",
            "timeseries",
            [
                Query(
                    'sum by (service) (increase(sesame_dead_letters_total{service=~"$service"}[15m]))'
                    " or vector(0)",
                    "dead {{service}}",
                ),
                Query(
                    'sum by (service) (increase(sesame_events_redelivered_total{service=~"$service"}[15m]))',
                    "redelivered {{service}}",
                ),
                Query(
                    'sum by (service) (increase(sesame_batches_held_total{service=~"$service"}[15m]))',
                    "held {{service}}",
                ),
            ],
            "In a quarter of an hour. Runbook: docs/operations.md#sesamedeadletters",
        ),
        Panel(
            "Database connections in use",
            "timeseries",
            [
                Query(
                    'sum by (service) (sesame_pool_connections_in_use{service=~"$service"})'
                    ' / sum by (service) (sesame_pool_connections{service=~"$service"})',
                    "{{service}}",
                )
            ],
            "Share of the pool. Runbook: docs/operations.md#sesamepoolexhausted",
            unit="percentunit",
            warn=0.8,
            bad=1,
        ),
        Panel(
            "Deliveries",
            "timeseries",
            [
                Query(
                    "sum by (way, outcome) (rate(sesame_delivery_attempts_total[5m]))", "{{way}} {{outcome}}"
                )
            ],
            "Attempts per second, by way and outcome",
            unit="ops",
        ),
        Panel(
            "Deliveries waiting",
            "timeseries",
            [
                Query(
                    "max by (way) (sesame_deliveries_waiting)"
                    ' or label_replace(vector(0), "way", "all", "", "")',
                    "{{way}}",
                )
            ],
            "Decided and not yet sent. Runbook: docs/operations.md#sesamedeliverieslate",
        ),
        Panel(
            "Sources of numbers",
            "stat",
            [
                Query(
                    'min by (service, source) (sesame_source_up{service=~"$service"})',
                    "{{service}} {{source}}",
                    instant=True,
                )
            ],
            "0: the numbers are missing. Runbook: docs/operations.md#sesamesourcedown",
            warn=1,
            bad=0.5,
            height=6,
        ),
        Panel(
            "Facts not yet counted",
            "timeseries",
            [Query("max(sesame_facts_pending)", "pending")],
            "Runbook: docs/operations.md#sesamecountingbehind",
            height=6,
        ),
    ),
)

PARTNER = Dashboard(
    uid="sesame-partner",
    title="One partner",
    meaning="What one library gives to the network, and how it keeps up.",
    since="now-30d",
    variables=(
        Variable("partner", "Partner", "label_values(sesame_partner_questions_routed_total, partner)"),
    ),
    panels=(
        Panel("Asked", "stat", _now(_partner("routed")), "In the time shown", width=5, height=4),
        Panel("Answered", "stat", _now(_partner("answered")), "In the time shown", width=5, height=4),
        Panel("In time", "stat", _now(_partner("answered_in_time")), "Within the promise", width=5, height=4),
        Panel("Declined", "stat", _now(_partner("declined")), "In the time shown", width=5, height=4),
        Panel(
            "Overdue",
            "stat",
            _now(_partner("overdue")),
            "Times its due time passed",
            width=4,
            height=4,
            warn=1,
            bad=5,
        ),
        Panel(
            "Day by day",
            "timeseries",
            [
                Query(
                    'max(increase(sesame_partner_questions_routed_total{partner="$partner"}[1d]))', "asked"
                ),
                Query(
                    'max(increase(sesame_partner_questions_answered_total{partner="$partner"}[1d]))'
                    " or vector(0)",
                    "answered",
                ),
            ],
            "Questions asked of it and answered by it, per day",
            width=24,
        ),
        Panel(
            "Months",
            "table",
            [
                Query(
                    "SELECT to_char(month, 'YYYY-MM') AS month, measure, sum(n) AS questions FROM tally"
                    " WHERE partner = '$partner' AND facet = 'channel'"
                    " AND measure IN ('received', 'routed', 'answered', 'kept', 'declined', 'overdue')"
                    " GROUP BY 1, 2 ORDER BY 1 DESC, 2",
                    sql=True,
                )
            ],
            "Every month counted; received is what its own public asked",
        ),
        Panel(
            "Subjects it answered",
            "table",
            [
                Query(
                    "SELECT value AS subject, sum(n) AS answers FROM tally WHERE partner = '$partner'"
                    " AND measure = 'answered' AND facet = 'subject'"
                    " AND month >= date_trunc('month', now() - interval '11 months')"
                    " GROUP BY 1 ORDER BY 2 DESC",
                    sql=True,
                )
            ],
            "In twelve months",
        ),
    ),
)

BROKER = Dashboard(
    uid="sesame-broker",
    title="Broker and database",
    meaning="For the operator: queues, dead letters, RabbitMQ's health, the size of tables.",
    since="now-3h",
    panels=(
        Panel(
            "Events waiting",
            "timeseries",
            [Query(f"max by (queue) (rabbitmq_detailed_queue_messages_ready{QUEUES})", "{{queue}}")],
            "Ready in each service's queue. Runbook: docs/operations.md#sesamequeuegrows",
            warn=100,
            bad=1000,
        ),
        Panel(
            "Events in hand",
            "timeseries",
            [Query(f"max by (queue) (rabbitmq_detailed_queue_messages_unacked{QUEUES})", "{{queue}}")],
            "Delivered and not yet acknowledged",
        ),
        Panel(
            "Dead letters",
            "stat",
            [Query(f"max by (queue) (rabbitmq_detailed_queue_messages{DEAD})", "{{queue}}", instant=True)],
            "Waiting for somebody: ./sesame dead-letters list",
            warn=1,
            bad=10,
            height=5,
        ),
        Panel(
            "Consumers",
            "stat",
            [Query(f"max by (queue) (rabbitmq_detailed_queue_consumers{QUEUES})", "{{queue}}", instant=True)],
            "0: nobody reads. Runbook: docs/operations.md#sesamequeueunread",
            warn=1,
            bad=0.5,
            height=5,
        ),
        Panel(
            "Partners' queues",
            "bargauge",
            [
                Query(
                    'topk(20, max by (queue) (rabbitmq_detailed_queue_messages{queue=~"partner[.].+"}))'
                    ' or label_replace(vector(0), "queue", "all others", "", "")',
                    "{{queue}}",
                    instant=True,
                )
            ],
            "What partner systems have not fetched yet",
        ),
        Panel(
            "Memory and disk",
            "timeseries",
            [
                Query("max(rabbitmq_process_resident_memory_bytes)", "memory"),
                Query("min(rabbitmq_disk_space_available_bytes)", "disk left"),
            ],
            "Of RabbitMQ. Runbook: docs/operations.md#sesamebrokeralarm",
            unit="bytes",
        ),
        Panel(
            "Connections and channels",
            "timeseries",
            [
                Query("max(rabbitmq_connections)", "connections"),
                Query("max(rabbitmq_channels)", "channels"),
            ],
            "Two connections per service and copy, one per partner system",
        ),
        Panel(
            "Published by services",
            "timeseries",
            [Query("sum by (service) (rate(sesame_outbox_published_total[5m]))", "{{service}}")],
            "Events per second that the broker confirmed",
            unit="ops",
        ),
        Panel("Tables of metrics", "table", [Query(_SIZES, sql=True)], "Largest first", unit="bytes"),
        Panel(
            "Questions in the counters",
            "stat",
            [
                Query(
                    "SELECT sum(n) AS questions FROM ever"
                    " WHERE partner = '' AND measure = 'received' AND facet = 'channel'",
                    sql=True,
                )
            ],
            "Since the beginning",
        ),
    ),
)

BOARDS = (TODAY, SERVICES, PARTNER, BROKER)
