"""`./sesame dead-letters list | show | replay | drop`"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from aio_pika.exceptions import AMQPError

from services.chassis.messaging import dead_letters
from services.chassis.messaging.dead_letters import DeadLetter
from services.contracts import topology
from services.contracts.envelope import NotAnEvent, parse

REASON = 80
"""Letters of the reason in a line of the list; `show` has all of it."""

UNKNOWN = (
    "  its sender set a time limit (expiration), and who that was can't be told for sure: read it with"
    " `show`, have the partner send it again without one, and drop it"
)
AGES = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "m"), (1.0, "s"))

DeadLetterAction = Callable[[argparse.Namespace], Awaitable[int]]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    top = subparsers.add_parser("dead-letters", help="what could not be handled: list, show, replay, drop")
    actions = top.add_subparsers(metavar="ACTION", required=True)
    listing = _add(actions, "list", show_list, "one line each: service, id, age, kind, reason")
    listing.add_argument("service", nargs="?", choices=topology.SERVICES, help="default: all")
    listing.add_argument(
        "--json", action="store_true", help="one object a line, with everything but the body"
    )
    _add_one(actions, "show", show_one, "one letter whole, with its body")
    replaying = _add_one(actions, "replay", replay, "hand it in again, to this service alone")
    replaying.add_argument(
        "--wait", type=float, default=4.0, metavar="SECONDS", help="how long to look whether it dies again"
    )
    dropping = _add_one(actions, "drop", drop, "forget it for good")
    dropping.add_argument("--yes", action="store_true", help="without it, only says what would be dropped")


def _add_one(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    action: DeadLetterAction,
    meaning: str,
) -> argparse.ArgumentParser:
    parser = _add(actions, name, action, meaning)
    parser.add_argument("service", choices=topology.SERVICES)
    parser.add_argument("id", help="the letter's id as `list` shows it, the beginning of one, or `all`")
    return parser


def _add(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    action: DeadLetterAction,
    meaning: str,
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=meaning)
    parser.add_argument("--amqp-url", help="default: SESAME_AMQP_URL")
    parser.set_defaults(run=lambda chosen: _run(action, chosen))
    return parser


def _run(action: DeadLetterAction, chosen: argparse.Namespace) -> int:
    chosen.amqp_url = chosen.amqp_url or os.environ.get("SESAME_AMQP_URL")
    if not chosen.amqp_url:
        print("sesame: no broker: set SESAME_AMQP_URL or pass --amqp-url amqp://…", file=sys.stderr)
        return 2
    # What it would say in between, we say once at the end.
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)
    try:
        return asyncio.run(_await(action, chosen))
    except (OSError, AMQPError) as error:
        print(f"sesame: the broker does not answer as it should: {error}", file=sys.stderr)
        return 2


async def _await(action: DeadLetterAction, chosen: argparse.Namespace) -> int:
    return await action(chosen)


async def show_list(chosen: argparse.Namespace) -> int:
    there = 0
    for service in [chosen.service] if chosen.service else topology.SERVICES:
        async with dead_letters.looking(chosen.amqp_url, service) as (_, letters):
            there += len(letters)
            for letter in letters:
                print(json.dumps(_facts(letter), ensure_ascii=False) if chosen.json else _line(letter))
    if not there and not chosen.json:
        print("no dead letters")
    return 0


def _line(letter: DeadLetter) -> str:
    reason = " ".join(letter.reason.split())
    cut = reason if len(reason) <= REASON else f"{reason[: REASON - 1]}…"
    return f"{letter.service:<9} {letter.id}  {_age(letter.died_at):>5}  {letter.kind:<6}  {cut}"


def _age(died_at: str) -> str:
    """`12 m`; what the broker buried has its time as a whole, without a zone."""
    try:
        died = datetime.fromisoformat(died_at)
    except ValueError:
        return "-"
    seconds = (datetime.now(UTC) - (died if died.tzinfo else died.replace(tzinfo=UTC))).total_seconds()
    size, unit = next((each for each in AGES if seconds >= each[0]), AGES[-1])
    return f"{seconds / size:.0f} {unit}"


def _facts(letter: DeadLetter) -> dict[str, str]:
    return {
        "service": letter.service,
        "id": letter.id,
        "question": letter.question,
        "kind": letter.kind,
        "reason": letter.reason,
        "handler": letter.handler,
        "exchange": letter.exchange,
        "routing_key": letter.routing_key,
        "died_at": letter.died_at,
    }


async def show_one(chosen: argparse.Namespace) -> int:
    async with dead_letters.looking(chosen.amqp_url, chosen.service) as (_, letters):
        found = _chosen(letters, chosen)
        for letter in found:
            for name, said in _facts(letter).items():
                print(f"{name + ':':<13} {said}")
            print(f"body:\n{_readable(letter.message.body)}\n")
    return 0 if found else 1


async def replay(chosen: argparse.Namespace) -> int:
    async with dead_letters.looking(chosen.amqp_url, chosen.service) as (channel, letters):
        asked = _chosen(letters, chosen)
        found = [letter for letter in asked if letter.is_of_known_origin]
        for letter in found:
            await dead_letters.replay(channel, letter)
    for letter in asked:
        if not letter.is_of_known_origin:
            print(f"not handed in: {_line(letter)}\n{UNKNOWN}", file=sys.stderr)
    if not found:
        return 1
    print(f"{len(found)} handed in again to {chosen.service}")
    ids = {letter.id for letter in found}
    dead = await dead_letters.came_back(chosen.amqp_url, chosen.service, ids, within_seconds=chosen.wait)
    for letter in dead:
        print(f"died again: {_line(letter)}")
    left = await dead_letters.waiting(chosen.amqp_url, chosen.service)
    if left:
        print(f"{left} still wait in the queue of {chosen.service}; does it run?")
    elif not dead:
        print(f"taken, and none died again within {chosen.wait:g} s")
    return 1 if dead or left or len(found) < len(asked) else 0


async def drop(chosen: argparse.Namespace) -> int:
    async with dead_letters.looking(chosen.amqp_url, chosen.service) as (_, letters):
        found = _chosen(letters, chosen)
        for letter in found:
            print(_line(letter))
            if chosen.yes:
                await dead_letters.drop(letter)
    if found and not chosen.yes:
        print(f"these {len(found)} would be gone for good; say --yes", file=sys.stderr)
        return 2
    print(f"{len(found)} dropped from {topology.dead_queue(chosen.service)}")
    return 0 if found else 1


def _chosen(letters: Sequence[DeadLetter], chosen: argparse.Namespace) -> list[DeadLetter]:
    """All, or that of one id: where several begin so, a slip of the hand would choose."""
    if chosen.id == "all" and letters:
        return list(letters)
    whole = [letter for letter in letters if letter.id == chosen.id]
    found = whole or [letter for letter in letters if letter.id.startswith(chosen.id)]
    ids = {letter.id for letter in found}
    if len(ids) == 1:
        return found
    there = f"{len(letters)} letters there" if letters else "there are none"
    said = f"{len(ids)} begin so: {', '.join(sorted(ids))}" if ids else there
    print(f"sesame: {chosen.service}: no one dead letter {chosen.id!r}; {said}", file=sys.stderr)
    return []


def _readable(body: bytes) -> str:
    try:
        return json.dumps(parse(body), ensure_ascii=False, indent=2)
    except NotAnEvent:
        return body[:4000].decode(errors="replace") + (" …" if len(body) > 4000 else "")
