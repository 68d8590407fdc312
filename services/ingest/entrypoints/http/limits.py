"""Limits at the HTTP doors: each refusal names the limit and when to come back."""

from __future__ import annotations

from starlette.requests import Request

from services.chassis.clock import Clock
from services.chassis.http.client_addresses import ClientAddresses, ClientNetwork, is_within, sender_of
from services.ingest.domain.limits import Buckets, Limit

MEGABYTE = 1_000_000


class TooMany(Exception):
    """`kind` is what the limit counts: an address or a partner."""

    def __init__(self, limit: Limit, kind: str, wait_seconds: int) -> None:
        told = f"at most {limit.burst} at once and {limit.per_hour:g} an hour per {kind}"
        super().__init__(f"{told}; come back in {wait_seconds} s")
        self.limit = limit
        self.wait_seconds = wait_seconds


class Limits:
    """Per address for those without a key, per partner for those with one. Counted in each copy apart."""

    def __init__(
        self,
        clock: Clock,
        *,
        address: Limit,
        partner: Limit,
        megabytes: Limit,
        callers: ClientAddresses,
        exempt: tuple[ClientNetwork, ...],
    ) -> None:
        self._clock = clock
        self._addresses = Buckets(address)
        self._partners = Buckets(partner)
        self._megabytes = Buckets(megabytes)
        self._callers = callers
        self._exempt = exempt

    def check(self, request: Request, partner: str | None = None) -> None:
        """Raises TooMany."""
        if partner is not None:
            self.check_partner(partner)
        elif sender := self.sender(request):
            self._take(self._addresses, sender, "address")

    def check_files(self, request: Request, size: int) -> None:
        """For files of so many bytes together. Raises TooMany."""
        if size and (sender := self.sender(request)):
            self._take(self._megabytes, sender, "address, in MB of files", cost=size / MEGABYTE)

    def sender(self, request: Request) -> str | None:
        """None for our own programs."""
        address = self._callers.address(request)
        return None if is_within(address, self._exempt) else sender_of(address)

    def check_partner(self, partner: str) -> None:
        """By whatever way its program speaks. Raises TooMany."""
        self._take(self._partners, partner, "partner")

    def _take(self, buckets: Buckets, sender: str, kind: str, cost: float = 1) -> None:
        wait = buckets.wait_seconds(sender, self._clock.now(), cost)
        if wait:
            raise TooMany(buckets.limit, kind, wait)
