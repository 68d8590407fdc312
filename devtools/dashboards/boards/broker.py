"""For the operator: queues, dead letters, RabbitMQ's health, the size of tables."""

from __future__ import annotations

from devtools.dashboards.panels import Dashboard, Levels, Query, bars, lines, stat, table

QUEUES = '{queue=~"ingest|router|notifier|metrics|workspace"}'
DEAD = '{queue=~"(ingest|router|notifier|metrics|workspace)[.]dead"}'

_SIZES = """
SELECT relname AS "table", pg_total_relation_size(oid) AS bytes
FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
ORDER BY 2 DESC LIMIT 20
""".strip()

_COUNTED = """
SELECT sum(n) AS questions FROM ever WHERE partner = '' AND measure = 'received' AND facet = 'channel'
""".strip()

BROKER = Dashboard(
    uid="sesame-broker",
    title="Broker and database",
    meaning="For the operator: queues, dead letters, RabbitMQ's health, the size of tables.",
    since="now-3h",
    panels=(
        lines(
            "Events waiting",
            "Ready in each service's queue",
            Query(f"max by (queue) (rabbitmq_detailed_queue_messages_ready{QUEUES})", "{{queue}}"),
            levels=Levels(100, 1000),
            alerts=("SesameQueueGrows",),
        ),
        lines(
            "Events in hand",
            "Delivered and not yet acknowledged",
            Query(f"max by (queue) (rabbitmq_detailed_queue_messages_unacked{QUEUES})", "{{queue}}"),
        ),
        stat(
            "Dead letters",
            "Waiting for somebody: ./sesame dead-letters list",
            f"max by (queue) (rabbitmq_detailed_queue_messages{DEAD})",
            "{{queue}}",
            width=12,
            height=5,
            levels=Levels(1, 10),
            alerts=("SesameDeadLettersKept",),
        ),
        stat(
            "Consumers",
            "0: nobody reads",
            f"max by (queue) (rabbitmq_detailed_queue_consumers{QUEUES})",
            "{{queue}}",
            width=12,
            height=5,
            levels=Levels(1, 0.5),
            alerts=("SesameQueueUnread", "SesameBrokerDown"),
        ),
        bars(
            "Partners' queues",
            "What partner systems have not fetched yet",
            'topk(20, max by (queue) (rabbitmq_detailed_queue_messages{queue=~"partner[.].+"}))'
            ' or on() label_replace(vector(0), "queue", "none", "", "")',
            "{{queue}}",
            alerts=("SesamePartnerQueueUnread",),
        ),
        lines(
            "Memory",
            "Of RabbitMQ",
            Query("max(rabbitmq_process_resident_memory_bytes)", "memory"),
            unit="bytes",
            width=6,
            alerts=("SesameBrokerAlarm",),
        ),
        lines(
            "Disk left",
            "To RabbitMQ",
            Query("min(rabbitmq_disk_space_available_bytes)", "disk left"),
            unit="bytes",
            width=6,
            alerts=("SesameBrokerAlarm", "SesameDiskFills"),
        ),
        lines(
            "Connections and channels",
            "Two connections per service and copy, one per partner system",
            Query("max(rabbitmq_connections)", "connections"),
            Query("max(rabbitmq_channels)", "channels"),
        ),
        lines(
            "Published by services",
            "Events per second that the broker confirmed",
            Query("sum by (service) (rate(sesame_outbox_published_total[5m]))", "{{service}}"),
            unit="ops",
        ),
        table("Tables of metrics", "Largest first", _SIZES, unit="bytes"),
        stat("Questions in the counters", "Since the beginning", _COUNTED, sql=True, width=12, height=8),
    ),
)
