"""The metrics of social channels."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge


@dataclass(frozen=True, slots=True)
class ChannelMetrics:
    """`posts` by outcome; `up` is 0 from the first look refused: an expired token, a server away."""

    posts: Counter
    up: Gauge

    @classmethod
    def on(cls, registry: CollectorRegistry) -> ChannelMetrics:
        return cls(
            Counter(
                "sesame_ingest_posts", "Social posts by outcome", ["channel", "outcome"], registry=registry
            ),
            Gauge("sesame_ingest_channel_up", "Whether the last look worked", ["channel"], registry=registry),
        )
