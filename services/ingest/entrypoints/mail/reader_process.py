"""The process in which mails are read: `mail_reader` starts it and speaks with it by its pipes.

A mail is a stranger's; some are written to keep a parser busy for hours or to fill the memory. Here they take
this process, never ingest. Standard library only, so that it starts in a twentieth of a second.
"""

from __future__ import annotations

import pickle
import resource
import select
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from services.ingest.domain.cleaning import clean_line
from services.ingest.domain.mail import MailEnvelope, ParsedMail, parse_mail

LENGTH = 8
"""Bytes of a length, the highest first, before whatever goes through the pipes."""


@dataclass(frozen=True, slots=True)
class Order:
    """What goes before the mail's own bytes."""

    length: int
    envelope: MailEnvelope
    own_addresses: frozenset[str]
    now: datetime


@dataclass(frozen=True, slots=True)
class Bounds:
    """`processor_seconds` are for one mail: none is held because the machine was busy with others."""

    processor_seconds: float = 10.0
    memory: int = 330_000_000
    idle_seconds: float = 60.0


def framed(content: object) -> bytes:
    pickled = pickle.dumps(content, pickle.HIGHEST_PROTOCOL)
    return len(pickled).to_bytes(LENGTH) + pickled


def main() -> None:
    """Told its Bounds first, which it answers. Ends with the pipe, as it does however ingest ends, or when it
    had a mail and then a long rest: the first may take its time to come."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    orders, replies = sys.stdin.buffer, sys.stdout.buffer
    bounds: Bounds = _received(orders)
    _take_at_most(bounds.memory)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _first_to_go()
    _send(replies, framed(None))
    order = _received(orders)
    while order:
        raw = orders.read(order.length)
        signal.setitimer(signal.ITIMER_PROF, bounds.processor_seconds)
        reply = framed(_read(raw, order))
        signal.setitimer(signal.ITIMER_PROF, 0)
        _send(replies, reply)
        order = _received(orders) if _comes(orders, bounds.idle_seconds) else None


def _send(replies: BinaryIO, reply: bytes) -> None:
    replies.write(reply)
    replies.flush()


def _take_at_most(memory: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))


def _first_to_go() -> None:
    """Where a container has no more memory, the kernel ends this process instead of ingest."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _comes(orders: BinaryIO, within_seconds: float) -> bool:
    return bool(select.select([orders], [], [], within_seconds)[0])


def _received(orders: BinaryIO) -> Any:
    """None at the end of the pipe."""
    length = int.from_bytes(orders.read(LENGTH))
    return pickle.loads(orders.read(length)) if length else None


def _read(raw: bytes, order: Order) -> ParsedMail | str:
    """The mail, or why it could not be read."""
    try:
        return parse_mail(raw, order.envelope, order.own_addresses, order.now)
    except Exception as error:
        return clean_line(f"reading it failed: {type(error).__name__}: {error}") or ""
