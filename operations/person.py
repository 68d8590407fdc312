"""`./sesame export WHO`: all that is kept of one asker, as JSON. `./sesame erase WHO`: forget them.

WHO is the mail address or the account they asked with, or the id of one question where they left neither.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from operations.addresses import Addresses, addresses
from operations.database import as_service, transactions_as
from operations.partners import partner_queues
from services.chassis.messaging import dead_letters, inbox
from services.contracts import topology
from services.contracts.addresses import address_digests
from services.contracts.ingest import AskerErased
from services.ingest.handlers import forgetting
from services.ingest.store import person as ingest
from services.notifier.store import person as notifier
from services.notifier.store import silences
from services.router.store import person as router
from services.workspace.store import person as workspace

KEEPERS = {"ingest": ingest, "router": router, "notifier": notifier, "workspace": workspace}
"""Service → what it can tell of a person. Metrics keeps nothing of anybody."""

HEARERS = ("router", "notifier", "metrics", "workspace")
FROM_INGEST = "/sesame/ingest"
LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Receipt:
    """What was forgotten. `of` is a keyed digest: the receipt may be kept, and names nobody; None where the
    key (SESAME_LINK_SECRET) is not at hand. `applications_dropped`: what they wrote so that their library may
    join; `left`: rows that still hold something personal; `unheard`: events that a service has not taken in
    yet; `not_read_yet`: messages of partner systems that ingest has not looked at, so that one may be of
    them; `works_here`: they are a person of the network too, whom a lead or coordinator lets go."""

    erased_at: str
    of: str | None
    questions: list[str]
    held_dropped: int
    raw_mails_dropped: int
    applications_dropped: int
    dead_letters_dropped: dict[str, int]
    waiting_dropped: dict[str, int]
    partner_queues_dropped: dict[str, int]
    unheard: dict[str, int]
    left: dict[str, int]
    still_public: list[int]
    look_at: list[int]
    not_read_yet: int
    works_here: str | None

    @property
    def complete(self) -> bool:
        return not any((*self.unheard.values(), *self.left.values(), self.not_read_yet))


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    exporting = subparsers.add_parser("export", help="all that is kept of one asker, as JSON")
    exporting.set_defaults(run=lambda chosen: asyncio.run(export(chosen, addresses())))
    erasing = subparsers.add_parser("erase", help="forget one asker, in every service; prints a receipt")
    erasing.add_argument("--yes", action="store_true", help="really; without it, only says what it would do")
    erasing.add_argument("--archive", action="store_true", help="take their published answers off as well")
    erasing.add_argument(
        "--wait", type=float, default=60.0, metavar="SECONDS", help="for the services (default: %(default)g)"
    )
    erasing.set_defaults(run=lambda chosen: asyncio.run(erase(chosen, addresses())))
    for parser in (exporting, erasing):
        parser.add_argument("who", help="mail address or account they asked with, or a question's id")


async def export(chosen: argparse.Namespace, where: Addresses) -> int:
    questions = await _questions_of(where, chosen.who)
    told: dict[str, Any] = {"of": chosen.who, "exported_at": datetime.now(UTC).isoformat()}
    for service, keeper in KEEPERS.items():
        async with as_service(where.database_url, service) as db:
            told[service] = await keeper.told(db, questions)
    address = None if _uuid(chosen.who) else str(chosen.who)
    if address is not None:
        async with (
            transactions_as(where.database_url, "ingest") as transactions,
            transactions.begin() as unit,
        ):
            told["became_no_question"] = await forgetting.told(unit, address)
        told["mail_comes_back"] = await _is_silenced(where, address)
        told["works_here"] = await _member(where, address)
        told["asked_to_join"] = await _applications(where, address)
    told["waiting_for_their_question"] = await _waiting(where, questions)
    told["dead_letters"] = await _dead_letters(where, address, questions)
    told["in_queues_of_partners"] = await partner_queues.count(where, address, questions)
    print(json.dumps(told, ensure_ascii=False, indent=2))
    return 0


async def erase(chosen: argparse.Namespace, where: Addresses) -> int:
    """Status 1 while something is left: a service may be stopped. Say it again with the questions' ids."""
    questions = await _questions_of(where, chosen.who)
    if not chosen.yes:
        print(f"would forget the asker of {len(questions)} questions, in every service, for good: add --yes")
        return 1
    not_read_yet = await _until_read(where, within_seconds=chosen.wait)
    questions = sorted({*questions, *await _questions_of(where, chosen.who)})
    receipt = await _forget(where, chosen, questions, not_read_yet)
    print(json.dumps(asdict(receipt), indent=2))
    return 0 if receipt.complete else 1


async def _questions_of(where: Addresses, who: str) -> list[UUID]:
    if (question := _uuid(who)) is not None:
        return [question]
    found: list[UUID] = []
    async with as_service(where.database_url, "notifier") as db:
        found += await notifier.questions_of(db, who)
    # What the notifier has not heard of yet, ingest knows by a hash, if its key is at hand.
    async with transactions_as(where.database_url, "ingest") as transactions, transactions.begin() as unit:
        found += await forgetting.questions_of(unit, where.keys, who)
    return sorted(set(found))


async def _until_read(where: Addresses, *, within_seconds: float) -> int:
    """What lies before ingest, once nothing does or the time is over: what is theirs of it is found then."""
    ends_at = asyncio.get_running_loop().time() + within_seconds
    while (number := await dead_letters.waiting(where.broker_url, "ingest")) > 0:
        if asyncio.get_running_loop().time() > ends_at:
            break
        await asyncio.sleep(LOOK_SECONDS)
    return number


async def _forget(
    where: Addresses, chosen: argparse.Namespace, questions: Sequence[UUID], not_read_yet: int
) -> Receipt:
    address = None if _uuid(chosen.who) else str(chosen.who)
    async with transactions_as(where.database_url, "ingest") as transactions:
        done = await forgetting.forget(transactions.begin, address, questions, off_the_archive=chosen.archive)
    unheard = await _until_heard(where, done.events, within_seconds=chosen.wait)
    return Receipt(
        erased_at=datetime.now(UTC).isoformat(timespec="seconds"),
        of=next((digest.hex() for digest in address_digests(where.keys, chosen.who)), None),
        questions=[str(question) for question in questions],
        held_dropped=done.held,
        raw_mails_dropped=done.raw_mails,
        applications_dropped=0 if address is None else await _drop_applications(where, address),
        dead_letters_dropped=await _drop_dead_letters(where, address, questions),
        waiting_dropped=await _drop_waiting(where, questions),
        partner_queues_dropped=await partner_queues.drop(where, address, questions),
        unheard=unheard,
        left=await _left(where, questions),
        still_public=await _still_public(where, questions),
        look_at=list(done.look_at),
        not_read_yet=not_read_yet,
        works_here=None if address is None else ((await _member(where, address)) or {}).get("person"),
    )


async def _until_heard(where: Addresses, events: Sequence[str], *, within_seconds: float) -> dict[str, int]:
    """Service → how many of the events it has not taken in yet, once none are left or the time is over."""
    ends_at = asyncio.get_running_loop().time() + within_seconds
    while True:
        unheard = {service: await _unheard(where, service, events) for service in HEARERS}
        if not any(unheard.values()) or asyncio.get_running_loop().time() > ends_at:
            return unheard
        await asyncio.sleep(LOOK_SECONDS)


async def _unheard(where: Addresses, service: str, events: Sequence[str]) -> int:
    async with as_service(where.database_url, service) as db:
        return len(events) - await inbox.handled(db, FROM_INGEST, events)


async def _drop_dead_letters(where: Addresses, who: str | None, questions: Sequence[UUID]) -> dict[str, int]:
    """Letters about these questions, and letters that name the asker."""
    about = {str(question) for question in questions}
    dropped = dict.fromkeys(topology.SERVICES, 0)
    for service in topology.SERVICES:
        async with dead_letters.looking(where.amqp_url, service) as (_, letters):
            for letter in letters:
                if letter.question in about or (who and letter.names(who)):
                    await dead_letters.drop(letter)
                    dropped[service] += 1
    return dropped


async def _dead_letters(where: Addresses, who: str | None, questions: Sequence[UUID]) -> list[dict[str, str]]:
    about = {str(question) for question in questions}
    found = []
    for service in topology.SERVICES:
        async with dead_letters.looking(where.broker_url, service) as (_, letters):
            found += [
                {
                    "service": service,
                    "at": letter.died_at,
                    "text": letter.message.body.decode(errors="replace"),
                }
                for letter in letters
                if letter.question in about or (who and letter.names(who))
            ]
    return found


async def _waiting(where: Addresses, questions: Sequence[UUID]) -> list[dict[str, str]]:
    found = []
    for service in topology.SERVICES:
        async with as_service(where.database_url, service) as db:
            bodies = await inbox.bodies_waiting(db, questions)
            found += [{"service": service, "text": body.decode(errors="replace")} for body in bodies]
    return found


async def _member(where: Addresses, address: str) -> dict[str, Any] | None:
    async with as_service(where.database_url, "workspace") as db:
        return await workspace.member(db, address)


async def _applications(where: Addresses, address: str) -> list[dict[str, Any]]:
    async with as_service(where.database_url, "workspace") as db:
        return await workspace.applications(db, address)


async def _drop_applications(where: Addresses, address: str) -> int:
    async with as_service(where.database_url, "workspace") as db:
        return await workspace.drop_applications(db, address)


async def _is_silenced(where: Addresses, address: str) -> bool | None:
    """Whether mail there came back for good; None where the key to know is not at hand."""
    digests = address_digests(where.keys, address)
    async with as_service(where.database_url, "notifier") as db:
        return bool(await silences.silenced(db, digests)) if digests else None


async def _drop_waiting(where: Addresses, questions: Sequence[UUID]) -> dict[str, int]:
    """Their question may have lain among the dead letters. That the asker is erased stays, should it come."""
    dropped = {}
    for service in topology.SERVICES:
        async with as_service(where.database_url, service) as db:
            dropped[service] = await inbox.drop_waiting(db, questions, but=AskerErased.wire)
    return dropped


async def _left(where: Addresses, questions: Sequence[UUID]) -> dict[str, int]:
    left = {}
    for service, keeper in KEEPERS.items():
        async with as_service(where.database_url, service) as db:
            left[service] = await keeper.left(db, questions)
    return left


async def _still_public(where: Addresses, questions: Sequence[UUID]) -> list[int]:
    async with as_service(where.database_url, "notifier") as db:
        return await notifier.published(db, questions)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
