"""python -m sesame_partner --url amqps://lyon:password@broker.example.org/sesame [--answers FILE]"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import logging
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from aio_pika.exceptions import AMQPError

from . import events
from .answering import Answering, by_yourself, declining_every, from_file
from .handler import EventHandler
from .network import Network, connected
from .pending import Pending

log = logging.getLogger("partner")


def main() -> None:
    chosen = _arguments().parse_args()
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(message)s")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_work(chosen))


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sesame_partner", description=__doc__)
    parser.add_argument("--url", default=os.environ.get("SESAME_PARTNER_URL"), help="or SESAME_PARTNER_URL")
    parser.add_argument("--partner", help="your partner id; default: the user in the URL")
    parser.add_argument("--answers", type=Path, help="answer from this JSON file")
    parser.add_argument("--decline-every", type=int, metavar="N", help="say no to every N-th question")
    parser.add_argument("--take", metavar="NAME", help="say who is on what is not answered at once")
    parser.add_argument("--reader-says", metavar="TEXT", help="reply to what your readers are asked back")
    parser.add_argument(
        "--ask", type=Path, metavar="FILE", help="first publish the questions of this JSON list"
    )
    parser.add_argument("--idle", type=float, metavar="SECONDS", help="leave when nothing came for so long")
    return parser


async def _work(chosen: argparse.Namespace) -> None:
    if not chosen.url:
        raise SystemExit("no broker: give --url amqps://… or set SESAME_PARTNER_URL")
    partner = chosen.partner or unquote(urlsplit(chosen.url).username or "")
    answering, to_ask = _answering(chosen), _questions(chosen.ask)
    told, pending = _told_to_stop(), Pending()
    for wait in _waits():
        try:
            async with connected(chosen.url, partner) as network:
                await _ask(network, pending, to_ask)
                to_ask = ()
                handler = EventHandler(
                    network, answering, pending, chosen.take or "", chosen.reader_says or ""
                )
                await network.read(handler.take)
                log.info("reading partner.%s", partner)
                async with _sending_again(pending, network):
                    if await _until(told, handler, network, chosen.idle):
                        return
        except (AMQPError, OSError) as error:
            log.warning("broker: %s: %s", type(error).__name__, error)
        log.info("connecting again in %g s", wait)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), wait)
            return


def _waits() -> Iterator[float]:
    """Seconds between two tries to connect: a broker that comes back is not to be run over."""
    yield 1.0
    yield 2.0
    while True:
        yield 5.0


def _answering(chosen: argparse.Namespace) -> Answering:
    answering = from_file(chosen.answers) if chosen.answers else by_yourself
    return declining_every(chosen.decline_every, answering) if chosen.decline_every else answering


def _questions(path: Path | None) -> Sequence[Mapping[str, Any]]:
    questions: Sequence[Mapping[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path else ()
    return questions


@contextlib.asynccontextmanager
async def _sending_again(pending: Pending, network: Network) -> AsyncIterator[None]:
    sending = asyncio.create_task(pending.send_what_is_due(network.publish))
    sending.add_done_callback(lambda _: network.lost.set())
    try:
        yield
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def _ask(network: Network, pending: Pending, questions: Sequence[Mapping[str, Any]]) -> None:
    for question in questions:
        told = events.ask(network.partner, _id_of(question), question)
        pending.note(told)
        await network.publish(told)
        log.info("asked: %s", _id_of(question))


def _id_of(question: Mapping[str, Any]) -> str:
    """The same for the same question, so that asking again by mistake asks once."""
    return str(question.get("reference") or hashlib.sha256(question["text"].encode()).hexdigest()[:32])


def _told_to_stop() -> asyncio.Event:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    return told


async def _until(
    told: asyncio.Event, handler: EventHandler, network: Network, idle_seconds: float | None
) -> bool:
    """True: told to stop, or nothing came for so long. False: the connection was lost."""
    ends = [asyncio.create_task(event.wait()) for event in (told, network.lost)]
    try:
        while not told.is_set() and not network.lost.is_set():
            rest = None if idle_seconds is None else handler.last_active + idle_seconds - time.monotonic()
            if rest is not None and rest <= 0:
                return True
            await asyncio.wait(ends, timeout=rest, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for end in ends:
            end.cancel()
    return told.is_set()


if __name__ == "__main__":
    main()
