"""What may be wrong with the services themselves, with certificates and with disks."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

from operations import handbook
from operations.addresses import Addresses
from operations.doctor.findings import Finding, Grade
from services.contracts import topology

READY_SECONDS = 6.0
CERTIFICATE_DAYS = 14
HAS_EXPIRED = 10
"""OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED."""
DISK_FREE = 0.10

COUNTS_ADDRESSES = ("ingest", "workspace")
"""Whose limits count where a request came from."""
UNBELIEVED = 'sesame_forwarded_unbelieved_total{kind="near"}'

Check = Callable[[Addresses], AsyncIterator[Finding]]


async def ready(where: Addresses) -> AsyncIterator[Finding]:
    """Each copy of each service says itself how it is; one that hangs says nothing."""
    if not where.ops_urls:
        said = 'not asked: set SESAME_OPS_URLS to {"ingest": "http://…:9000", …}'
        yield Finding(Grade.WARNING, "services", said)
        return
    for service in topology.SERVICES:
        if service not in where.ops_urls:
            yield Finding(Grade.WARNING, f"service {service}", "not asked: SESAME_OPS_URLS does not name it")
            continue
        for url in await _copies(where.ops_urls[service]):
            yield await _ready(service, url, where)
            if service in COUNTS_ADDRESSES and (finding := await _forwarding(service, url)):
                yield finding


async def _copies(url: str) -> list[str]:
    """One address for each copy that its name leads to."""
    parts = urlsplit(url)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            parts.hostname, parts.port or 80, type=socket.SOCK_STREAM, family=socket.AF_INET
        )
    except OSError:
        return [url]
    places = {(str(place[0]), int(place[1])) for *_, place in found}
    return [f"{parts.scheme}://{host}:{port}" for host, port in sorted(places)]


async def _ready(service: str, url: str, where: Addresses) -> Finding:
    what = f"service {service}"
    fix = handbook.restart(where.runs_in, service)
    try:
        async with httpx.AsyncClient(base_url=url, timeout=READY_SECONDS) as http:
            answer = await http.get("/ready")
            said: dict[str, str] = answer.json()
    except httpx.TimeoutException:
        return Finding(Grade.FAULT, what, f"hangs: {url} does not answer: {fix}")
    except (httpx.HTTPError, ValueError) as error:
        return Finding(Grade.FAULT, what, f"does not answer at {url} ({error}): {fix}")
    ailing = [f"{name}: {word}" for name, word in said.items() if word != "ok"]
    if ailing:
        return Finding(
            Grade.FAULT, what, f"{'; '.join(ailing)}; see {handbook.log_of(where.runs_in, service)}"
        )
    return Finding(Grade.OK, what, "ready")


async def _forwarding(service: str, url: str) -> Finding | None:
    """Whether a proxy speaks for people that nobody named as ours: all behind it count as one."""
    try:
        async with httpx.AsyncClient(base_url=url, timeout=READY_SECONDS) as http:
            lines = (await http.get("/metrics")).text.splitlines()
    except httpx.HTTPError:
        return None
    if not any(line.startswith(f"{UNBELIEVED} ") for line in lines):
        return None
    said = (
        "X-Forwarded-For comes from an address near by that SESAME_TRUSTED_PROXIES does not name (the log of"
        f" {service} does): everybody behind it counts as one at the limits, or as none if it is this machine"
    )
    return Finding(Grade.WARNING, f"proxy before {service}", said)


async def certificates(where: Addresses) -> AsyncIterator[Finding]:
    for url in filter(None, (where.public_url, where.partner_amqp_url)):
        parts = urlsplit(url)
        if parts.scheme not in ("https", "amqps"):
            continue
        port = parts.port or {"https": 443, "amqps": 5671}[parts.scheme]
        yield await _certificate(str(parts.hostname), port)


async def _certificate(host: str, port: int) -> Finding:
    try:
        async with asyncio.timeout(10):
            _, writer = await asyncio.open_connection(host, port, ssl=ssl.create_default_context())
    except ssl.SSLCertVerificationError as error:
        grade = Grade.FAULT if error.verify_code == HAS_EXPIRED else Grade.WARNING
        return Finding(grade, f"certificate of {host}", error.verify_message)
    except (OSError, TimeoutError) as error:
        said = f"can't be seen from here, port {port}: {error or 'no answer'}"
        return Finding(Grade.WARNING, f"certificate of {host}", said)
    expires = ssl.cert_time_to_seconds(writer.get_extra_info("peercert")["notAfter"])
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    days = (datetime.fromtimestamp(expires, UTC) - datetime.now(UTC)).days
    grade = Grade.OK if days >= CERTIFICATE_DAYS else Grade.FAULT
    return Finding(grade, f"certificate of {host}", f"good for {days} days")


async def disk(_: Addresses) -> AsyncIterator[Finding]:
    usage = shutil.disk_usage("/")
    free = usage.free / usage.total
    grade = Grade.OK if free > DISK_FREE else Grade.FAULT
    said = f"{usage.free / 1e9:.0f} GB free, {free:.0%}; servers elsewhere: alert SesameDiskFills"
    yield Finding(grade, "disk of this machine", said)


OF_NETWORK: Iterable[Check] = (ready, certificates, disk)
