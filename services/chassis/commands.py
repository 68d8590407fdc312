"""`./sesame dead-letters list | show | replay | drop`"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Sequence

from aio_pika.exceptions import AMQPError
from rich.table import Table

from services.chassis.messaging import dead_letters
from services.chassis.messaging.dead_letters import DeadLetter
from services.chassis.terminal import operator_console
from services.contracts import topology
from services.contracts.envelope import NotAnEvent, parse

Deed = Callable[[argparse.Namespace], Awaitable[int]]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    top = subparsers.add_parser("dead-letters", help="what could not be handled: list, show, replay, drop")
    deeds = top.add_subparsers(metavar="DEED", required=True)
    listing = _add(deeds, "list", show_list, "one line each, with the reason")
    listing.add_argument("service", nargs="?", choices=topology.SERVICES, help="default: all")
    for name, deed, meaning in (
        ("show", show_one, "one letter whole, with its body"),
        ("replay", replay, "hand it in again, to this service alone"),
        ("drop", drop, "forget it for good"),
    ):
        parser = _add(deeds, name, deed, meaning)
        parser.add_argument("service", choices=topology.SERVICES)
        parser.add_argument("id", help="the letter's id as `list` shows it, or `all`")


def _add(
    deeds: argparse._SubParsersAction[argparse.ArgumentParser], name: str, deed: Deed, meaning: str
) -> argparse.ArgumentParser:
    parser = deeds.add_parser(name, help=meaning)
    parser.add_argument(
        "--amqp-url", default=os.environ.get("SESAME_AMQP_URL"), help="default: SESAME_AMQP_URL"
    )
    parser.set_defaults(run=lambda chosen: _run(deed, chosen))
    return parser


def _run(deed: Deed, chosen: argparse.Namespace) -> int:
    if not chosen.amqp_url:
        print("sesame: no broker: set SESAME_AMQP_URL or pass --amqp-url amqp://…", file=sys.stderr)
        return 2
    # What it would say in between, we say once at the end.
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)
    try:
        return asyncio.run(_await(deed, chosen))
    except (OSError, AMQPError) as error:
        print(f"sesame: the broker does not answer as it should: {error}", file=sys.stderr)
        return 2


async def _await(deed: Deed, chosen: argparse.Namespace) -> int:
    return await deed(chosen)


async def show_list(chosen: argparse.Namespace) -> int:
    table = Table("service", "id", "question", "routing key", "died at", "reason")
    for service in [chosen.service] if chosen.service else topology.SERVICES:
        async with dead_letters.looking(chosen.amqp_url, service) as (_, letters):
            for letter in letters:
                table.add_row(
                    service, letter.id, letter.question, letter.routing_key, letter.died_at, letter.reason
                )
    if table.row_count:
        operator_console().print(table)
    else:
        print("no dead letters")
    return 0


async def show_one(chosen: argparse.Namespace) -> int:
    async with dead_letters.looking(chosen.amqp_url, chosen.service) as (_, letters):
        found = _chosen(letters, chosen)
        for letter in found:
            print(f"service:      {letter.service}\nid:           {letter.id}\nreason:       {letter.reason}")
            print(f"died at:      {letter.died_at}\nexchange:     {letter.exchange}")
            print(f"routing key:  {letter.routing_key}\nbody:\n{_readable(letter.message.body)}\n")
    return 0 if found else 1


async def replay(chosen: argparse.Namespace) -> int:
    async with dead_letters.looking(chosen.amqp_url, chosen.service) as (channel, letters):
        found = _chosen(letters, chosen)
        for letter in found:
            await dead_letters.replay(channel, letter)
    print(f"{len(found)} handed in again to {chosen.service}")
    return 0 if found else 1


async def drop(chosen: argparse.Namespace) -> int:
    async with dead_letters.looking(chosen.amqp_url, chosen.service) as (_, letters):
        found = _chosen(letters, chosen)
        for letter in found:
            await dead_letters.drop(letter)
    print(f"{len(found)} dropped from {topology.dead_queue(chosen.service)}")
    return 0 if found else 1


def _chosen(letters: Sequence[DeadLetter], chosen: argparse.Namespace) -> list[DeadLetter]:
    found = [letter for letter in letters if chosen.id in ("all", letter.id)]
    if not found:
        there = f"{len(letters)} letters there" if letters else "there are none"
        print(f"sesame: {chosen.service}: no dead letter {chosen.id!r}; {there}", file=sys.stderr)
    return found


def _readable(body: bytes) -> str:
    try:
        return json.dumps(parse(body), ensure_ascii=False, indent=2)
    except NotAnEvent:
        return body[:4000].decode(errors="replace") + (" …" if len(body) > 4000 else "")
