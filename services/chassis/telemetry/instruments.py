"""The technical metrics that every service keeps, on a registry of its own."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class MessagingMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.handled = Counter(
            "sesame_events_handled",
            "Events taken from the queue, by outcome: done, duplicate, early, dead",
            ["event", "outcome"],
            registry=registry,
        )
        self.handling = Histogram(
            "sesame_event_handling_seconds",
            "Time one handler took for one event",
            ["event"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.batch = Histogram(
            "sesame_event_batch_seconds",
            "Time from taking a batch of events to its commit",
            buckets=_SECONDS,
            registry=registry,
        )
        self.redelivered = Counter(
            "sesame_events_redelivered", "Events that the broker had delivered before", registry=registry
        )
        self.dead = Counter(
            "sesame_dead_letters", "Events given up, by reason: poison, fault", ["reason"], registry=registry
        )
        self.held = Counter(
            "sesame_batches_held", "Batches tried again because the database was away", registry=registry
        )
        self.published = Counter("sesame_outbox_published", "Outbox rows confirmed", registry=registry)
        self.publish_failed = Counter(
            "sesame_outbox_publish_failed", "Outbox rows returned or refused", registry=registry
        )
