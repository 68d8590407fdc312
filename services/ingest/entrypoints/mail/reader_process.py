"""The process in which mails are read: `reader` starts it and speaks with it by its pipes.

A mail is a stranger's; some are written to keep a parser busy for hours, to fill the memory, or to make it do
what it was not built for. Here they take this process, never ingest; and it can do nothing but compute
(`sandbox`). What goes through the pipes is JSON and bytes: nothing in it can be run.
"""

from __future__ import annotations

import codecs
import dataclasses
import encodings
import importlib
import json
import select
import signal
import sys
from dataclasses import dataclass
from datetime import datetime
from encodings.aliases import aliases
from typing import Any, BinaryIO

from services.ingest.domain.cleaning import clean_line
from services.ingest.domain.mail.parsed_mail import MailEnvelope, ParsedMail, parse_mail
from services.ingest.domain.mime.charsets import CODECS
from services.ingest.entrypoints.mail.sandbox import close_in

LENGTH = 8
"""Bytes of a length, the highest first, before whatever goes through the pipes."""
OF_PYTHON = (
    "ascii",
    "latin-1",
    "raw-unicode-escape",
    "unicode-escape",
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
)
"""Character sets that the standard library uses itself."""
IMPORTED_LATE = ("encodings.idna", "quopri", "binascii", "email._header_value_parser", "stringprep", "binhex")
"""What the standard library imports when a mail needs it: there is no opening a file then."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Processor seconds for one mail: none is held because the machine was busy with others, and a large one
    has more. `memory` in bytes."""

    processor_seconds: float = 2.0
    seconds_per_megabyte: float = 0.2
    memory: int = 330_000_000
    idle_seconds: float = 60.0

    def seconds_for(self, length: int) -> float:
        return self.processor_seconds + self.seconds_per_megabyte * length / 1_000_000


@dataclass(frozen=True, slots=True)
class Order:
    """What goes before the mail's own bytes."""

    length: int
    envelope: MailEnvelope
    own_addresses: frozenset[str]
    now: datetime

    def framed(self) -> bytes:
        return framed(
            {
                "length": self.length,
                "sender": self.envelope.sender,
                "recipients": list(self.envelope.recipients),
                "own_addresses": sorted(self.own_addresses),
                "now": self.now.isoformat(),
            }
        )


def framed(content: object) -> bytes:
    said = json.dumps(content).encode()
    return len(said).to_bytes(LENGTH, "big") + said


def main() -> None:
    """Told its Bounds first, which it answers with the walls that stand. Ends with the pipe, as it does
    however ingest ends, or when it had a mail and then a long rest: the first may take its time to come."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    orders, replies = sys.stdin.buffer, sys.stdout.buffer
    bounds = Bounds(**_received(orders))
    _import_all()
    _send(replies, framed({"walls": close_in(bounds.memory)}))
    order = _received(orders)
    while order:
        raw = orders.read(order["length"])
        signal.setitimer(signal.ITIMER_PROF, bounds.seconds_for(len(raw)))
        reply = _read(raw, order)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _send(replies, *reply)
        order = _received(orders) if _comes(orders, bounds.idle_seconds) else None


def _import_all() -> None:
    """Before the walls stand: every character set, and what else is imported when it is needed. No other set
    is looked for then."""
    loaded = {name.replace("-", "_"): codecs.lookup(name) for name in (*CODECS, *OF_PYTHON)}
    codecs.unregister(encodings.search_function)
    codecs.register(lambda name: loaded.get(name) or loaded.get(aliases.get(name, "")))
    for module in IMPORTED_LATE:
        try:
            importlib.import_module(module)
        except ImportError:  # not in this version of Python
            continue
    parse_mail(
        b"From: a@b.example\nSubject: =?utf-8?q?a?=\n\na",
        MailEnvelope(),
        frozenset(),
        datetime.now().astimezone(),
    )


def _send(replies: BinaryIO, *pieces: bytes) -> None:
    for piece in pieces:
        replies.write(piece)
    replies.flush()


def _comes(orders: BinaryIO, within_seconds: float) -> bool:
    return bool(select.select([orders], [], [], within_seconds)[0])


def _received(orders: BinaryIO) -> Any:
    """None at the end of the pipe."""
    length = int.from_bytes(orders.read(LENGTH), "big")
    return json.loads(orders.read(length)) if length else None


def _read(raw: bytes, order: dict[str, Any]) -> list[bytes]:
    """The mail and then its attachments' bytes, or why it could not be read."""
    envelope = MailEnvelope(order["sender"], tuple(order["recipients"]))
    try:
        now = datetime.fromisoformat(order["now"])
        return as_frames(parse_mail(raw, envelope, frozenset(order["own_addresses"]), now))
    except Exception as error:
        return [framed({"fault": clean_line(f"reading it failed: {type(error).__name__}: {error}")})]


def as_frames(mail: ParsedMail) -> list[bytes]:
    """JSON, in which each attachment has its size instead of its content; the contents behind it."""
    bare = tuple(dataclasses.replace(one, content=b"") for one in mail.attachments)
    said = dataclasses.asdict(dataclasses.replace(mail, attachments=()))
    said["sent_at"] = mail.sent_at.isoformat() if mail.sent_at else None
    said["attachments"] = [
        dataclasses.asdict(one) | {"content": len(whole.content)}
        for one, whole in zip(bare, mail.attachments, strict=True)
    ]
    return [framed({"mail": said}), *(one.content for one in mail.attachments)]
