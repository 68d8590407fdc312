"""For the operator: rate, errors, duration, backlog of each service."""

from __future__ import annotations

from devtools.dashboards.panels import Dashboard, Levels, Query, Variable, lines, stat

SERVICES = Dashboard(
    uid="sesame-services",
    title="Services",
    meaning="For the operator: rate, errors, duration, backlog of each service.",
    since="now-3h",
    variables=(Variable("service", "Service", 'label_values(up{job="sesame"}, service)', many=True),),
    panels=(
        stat(
            "Copies that answer",
            "Red: none does",
            'sum by (service) (up{job="sesame", service=~"$service"})',
            "{{service}}",
            width=12,
            levels=Levels(1, 0.5),
            alerts=("SesameServiceDown", "SesameServiceMissing", "SesameWatchdog", "SesameBackupOld"),
        ),
        stat(
            "Ready",
            "Red: database or broker is out of reach, or writes nothing",
            'min by (service, check) (sesame_ready{service=~"$service"})',
            "{{service}} {{check}}",
            width=24,
            levels=Levels(1, 0.5),
            alerts=(
                "SesameNotReady",
                "SesameBrokerUnreachable",
                "SesamePagesDown",
                "SesameCertificateExpires",
            ),
        ),
        stat(
            "Oldest event not published",
            "Seconds that it has waited for the broker",
            'sesame:outbox_oldest_seconds:max{service=~"$service"}',
            "{{service}}",
            unit="s",
            width=12,
            levels=Levels(10, 60),
            alerts=("SesameOutboxStuck",),
        ),
        lines(
            "Events handled",
            "Per second, by outcome; duplicates are harmless, many of them are not normal",
            Query(
                'sum by (service, outcome) (sesame:events_handled:rate5m{service=~"$service"})',
                "{{service}} {{outcome}}",
            ),
            unit="ops",
        ),
        lines(
            "Batch, 99th percentile",
            "From taking a batch to its commit",
            Query('sesame:event_batch_seconds:p99_5m{service=~"$service"}', "{{service}}"),
            unit="s",
            levels=Levels(0.5, 2),
        ),
        lines(
            "Handler, 99th percentile",
            "Time in one event's handler",
            Query(
                "histogram_quantile(0.99, sum by (service, event, le)"
                ' (rate(sesame_event_handling_seconds_bucket{service=~"$service"}[5m])))',
                "{{service}} {{event}}",
            ),
            unit="s",
        ),
        lines(
            "Outbox",
            "Events committed and not yet published",
            Query('max by (service) (sesame_outbox_rows{service=~"$service"})', "{{service}}"),
        ),
        lines(
            "Given up, redelivered, held",
            "In a quarter of an hour",
            Query(
                'sum by (service) (increase(sesame_dead_letters_total{service=~"$service"}[15m]))'
                " or on() vector(0)",
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
            alerts=("SesameDeadLetters", "SesameBatchesHeld"),
        ),
        lines(
            "Database connections in use",
            "Share of the pool",
            Query('sesame:pool_use:ratio{service=~"$service"}', "{{service}}"),
            unit="percentunit",
            levels=Levels(0.8, 1),
            alerts=("SesamePoolExhausted",),
        ),
        lines(
            "Deliveries",
            "Attempts per second, by way and outcome",
            Query("sum by (way, outcome) (rate(sesame_delivery_attempts_total[5m]))", "{{way}} {{outcome}}"),
            unit="ops",
            alerts=("SesameDeliveryGivenUp",),
        ),
        lines(
            "Deliveries waiting",
            "Decided and not yet sent",
            Query(
                "max by (way) (sesame_deliveries_waiting)"
                ' or on() label_replace(vector(0), "way", "none", "", "")',
                "{{way}}",
            ),
            alerts=("SesameDeliveriesLate", "SesameMailBraked"),
        ),
        lines(
            "Early submissions",
            "What partners' programs said of a question before ingest heard that it is theirs: how many wait,"
            " and for how many seconds the oldest has; refused after half a minute",
            Query("max(sesame_ingest_early_submissions)", "waiting"),
            Query("max(sesame_ingest_early_oldest_seconds)", "seconds"),
            levels=Levels(30, 60),
            height=6,
            alerts=("SesameEarlySubmissionsWait",),
        ),
        stat(
            "Sources of numbers",
            "0: the numbers are missing",
            'min by (service, source) (sesame_source_up{service=~"$service"})',
            "{{service}} {{source}}",
            width=12,
            height=6,
            levels=Levels(1, 0.5),
            alerts=("SesameSourceDown",),
        ),
        lines(
            "Facts not yet counted",
            "Figures and dashboards lag behind by these",
            Query("max(sesame_facts_pending)", "pending"),
            height=6,
            alerts=("SesameCountingBehind",),
        ),
        lines(
            "Oldest fact not yet counted",
            "A fold takes what was heard each minute or sooner: one that stays can't be counted",
            Query("max(sesame_facts_pending_oldest_seconds)", "oldest"),
            unit="s",
            height=6,
            alerts=("SesameCountingStuck",),
        ),
    ),
)
