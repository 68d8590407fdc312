"""A partner's own HTTP door, spoken to as Standard Webhooks says (standardwebhooks.com, 1.0)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpcore

from services.chassis.clock import Clock
from services.chassis.http.client_addresses import ClientNetwork
from services.chassis.http.guarded_network import Forbidden, GuardedNetwork
from services.contracts.envelope import CONTENT_TYPE
from services.notifier.domain.delivery import Failed, Sent
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.domain.signing import signature
from services.notifier.sending.senders.partner_events import event_of

LONGEST_REPLY = 65_536
"""Bytes of a reply that are read before the connection is given up."""

GONE = 410
COME_BACK_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A partner's secrets, the newest first, and whether it switched itself off."""

    secrets: tuple[str, ...] = field(repr=False)
    off: bool = False


EndpointOf = Callable[[str], Awaitable[Endpoint | None]]
SwitchOff = Callable[[str, DeliveryAttempt], Awaitable[None]]


class WebhookSender:
    """`webhook-id` is the delivery's id at every attempt: a receiver that remembers ids takes nothing twice.
    Redirects are not followed. `switch_off` is told of an endpoint that answers 410."""

    def __init__(
        self,
        endpoint_of: EndpointOf,
        switch_off: SwitchOff,
        page_url: Callable[[DeliveryAttempt], str | None],
        clock: Clock,
        *,
        allowed: tuple[ClientNetwork, ...] = (),
        seconds: float = 15.0,
    ) -> None:
        self._endpoint_of = endpoint_of
        self._switch_off = switch_off
        self._page_url = page_url
        self._clock = clock
        self._plain_allowed = bool(allowed)
        self._seconds = seconds
        self._pool = httpcore.AsyncConnectionPool(
            network_backend=GuardedNetwork(allowed), max_connections=100, keepalive_expiry=20.0
        )

    async def __aenter__(self) -> WebhookSender:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._pool.aclose()

    async def send(self, delivery: DeliveryAttempt) -> Sent | Failed:
        refusal = self._refusal(delivery.destination)
        if refusal is not None:
            return Failed(refusal, final=True)
        endpoint = await self._endpoint_of(partner_of(delivery))
        if endpoint is None:
            return Failed("no webhook secret yet; make one with: sesame webhooks secret <partner>")
        if endpoint.off:
            return Failed("switched off: it answered 410", final=True)
        return await self._post(delivery, endpoint)

    def _refusal(self, url: str) -> str | None:
        parts = urlsplit(url)
        if not parts.hostname or parts.username is not None:
            return "not a webhook address: write https://host/path"
        if parts.scheme == "https" or (parts.scheme == "http" and self._plain_allowed):
            return None
        return f"webhooks go over https, not {parts.scheme or 'nothing'}"

    async def _post(self, delivery: DeliveryAttempt, endpoint: Endpoint) -> Sent | Failed:
        body = event_of(delivery, page_url=self._page_url(delivery)).encode()
        headers = self._headers(delivery, endpoint, body)
        try:
            async with self._pool.stream(
                "POST",
                delivery.destination,
                headers=headers,
                content=body,
                extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)},
            ) as reply:
                status, answered = reply.status, dict(reply.headers)
                await _drain(reply)
        except Forbidden as forbidden:
            return Failed(str(forbidden), final=True)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            return Failed(f"{type(error).__name__}: {error}"[:300], unwell=True)
        if status == GONE:
            await self._switch_off(partner_of(delivery), delivery)
        return outcome_of(status, answered, self._clock.now())

    def _headers(
        self, delivery: DeliveryAttempt, endpoint: Endpoint, body: bytes
    ) -> Mapping[bytes | str, bytes | str]:
        moment = int(self._clock.now().timestamp())
        return {
            "content-type": CONTENT_TYPE,
            "content-length": str(len(body)),
            "host": urlsplit(delivery.destination).netloc,
            "user-agent": "sesame",
            "webhook-id": str(delivery.id),
            "webhook-timestamp": str(moment),
            "webhook-signature": signature(endpoint.secrets, str(delivery.id), moment, body),
        }


def partner_of(delivery: DeliveryAttempt) -> str:
    if delivery.assignment is not None:
        return delivery.assignment.partner
    partner: str = delivery.details["partner"]
    return partner


def host_of(delivery: DeliveryAttempt) -> str:
    return urlsplit(delivery.destination).netloc


def outcome_of(status: int, headers: dict[bytes, bytes], now: datetime) -> Sent | Failed:
    """2xx is taken; time-outs, 429 and 5xx come back, when the receiver says so; all else is for good."""
    if 200 <= status < 300:
        return Sent()
    error = f"HTTP {status}"
    if status >= 500 or status in COME_BACK_LATER:
        wait = retry_after(_header(headers, b"retry-after"), now)
        return Failed(error, retry_after=wait, unwell=True)
    return Failed(error, final=True)


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date (RFC 9110, 10.2.3); None when missing, past or not understood."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value), 10**6))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return moment - now if moment > now else None


def _header(headers: dict[bytes, bytes], name: bytes) -> str | None:
    found = next((value for key, value in headers.items() if key.lower() == name), None)
    return None if found is None else found.decode("latin-1").strip()


async def _drain(reply: httpcore.Response) -> None:
    """Read a short reply so that the connection can be used again; leave a long one."""
    read = 0
    async for chunk in reply.aiter_stream():
        read += len(chunk)
        if read > LONGEST_REPLY:
            return
