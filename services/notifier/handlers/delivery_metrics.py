"""What the notifier counts while it works. Labels never hold a person, a question or an address."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 3600.0, 21600.0, 86400.0, 259200.0)


class DeliveryMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.attempts = Counter(
            "sesame_delivery_attempts",
            "Attempts to send, by outcome: sent, again, given_up, cancelled",
            ["way", "kind", "outcome"],
            registry=registry,
        )
        self.waited = Histogram(
            "sesame_delivery_seconds",
            "Time from the decision to send until the receiver took it",
            ["way"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.token_good = Gauge(
            "sesame_channel_token_good",
            "Whether the channel took our token at the last look: 1 or 0",
            ["channel"],
            registry=registry,
        )
        self.braked = Counter(
            "sesame_mail_braked",
            "Mail held back: mailbox, one got its share of the day; network, all got that of the hour",
            ["brake"],
            registry=registry,
        )
        for brake in ("mailbox", "network"):
            self.braked.labels(brake)
        self.doubled = Counter(
            "sesame_deliveries_doubled",
            "Deliveries sent again because the first success was not noted in time",
            ["way"],
            registry=registry,
        )
