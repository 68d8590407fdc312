"""Sparing a receiver that is unwell, so that its troubles stay its own: a limit and a circuit breaker."""

from __future__ import annotations

from dataclasses import dataclass

FAILURES_TO_REST = 5
FIRST_REST_SECONDS = 2.0
LONGEST_REST_SECONDS = 60.0


@dataclass(slots=True)
class Receiver:
    """One receiver as we last knew it. Times are seconds of a clock that never goes back."""

    most_at_once: int
    at_once: int = 0
    failures: int = 0
    rests_until: float = 0.0

    def seconds_to_wait(self, now: float) -> float:
        """0 when it may be tried now. After a rest one try goes ahead; the others wait for its outcome."""
        if now < self.rests_until:
            return self.rests_until - now
        probing = self.failures >= FAILURES_TO_REST and self.at_once > 0
        return 1.0 if probing or self.at_once >= self.most_at_once else 0.0

    def began(self) -> None:
        self.at_once += 1

    def ended(self, now: float, *, well: bool) -> None:
        """Each failure beyond the allowed ones doubles the rest. Tries that were under way when it began are
        the same trouble and not counted again: one short outage must not look like thirty."""
        self.at_once -= 1
        if well:
            self.failures, self.rests_until = 0, 0.0
            return
        if now < self.rests_until:
            return
        self.failures += 1
        excess = self.failures - FAILURES_TO_REST
        if excess >= 0:
            self.rests_until = now + min(FIRST_REST_SECONDS * 2.0 ** min(excess, 10), LONGEST_REST_SECONDS)
