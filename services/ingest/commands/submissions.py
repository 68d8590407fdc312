"""`./sesame ingest quarantine list | show | release | drop`, for what could not be understood, and
`./sesame ingest keys list | add | revoke`, for partners that use HTTP, `./sesame ingest desk PARTNER`,
`./sesame ingest revoke-link QUESTION PARTNER`, and `./sesame retention run [--dry-run]`."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import secrets
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from prometheus_client import CollectorRegistry
from rich.table import Table

from services.chassis import settings
from services.chassis.messaging.command import command_transactions
from services.chassis.messaging.transaction import Unit
from services.chassis.terminal import operator_console
from services.contracts.addresses import is_partner_id
from services.ingest.domain.forms import desk_seal
from services.ingest.domain.intake import Refused
from services.ingest.domain.mail.mailboxes import Mailboxes
from services.ingest.domain.mail.parsed_mail import read_heading
from services.ingest.entrypoints.mail.reader import Unreadable
from services.ingest.entrypoints.mail.release import BY_HAND, ROOM_BY_HAND, release_held
from services.ingest.entrypoints.scanner import Scanner, ScannerMetrics
from services.ingest.handlers import retention
from services.ingest.handlers.mail.incoming import MailDoor
from services.ingest.handlers.mail.mail_replies import NotYet
from services.ingest.handlers.mail.partner_replies import ReplyDoor
from services.ingest.handlers.questions import Intake
from services.ingest.settings import IngestSettings
from services.ingest.store.access import link_keys, links, partner_access, partner_keys
from services.ingest.store.mail import quarantine
from services.ingest.store.mail.quarantine import Held

SubmissionAction = Callable[[Unit, IngestSettings, argparse.Namespace], Awaitable[int]]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    ingest = subparsers.add_parser("ingest", help="the doors: what is held for a person")
    things = ingest.add_subparsers(metavar="THING", required=True)
    held = things.add_parser("quarantine", help="mails and forms that could not be understood")
    actions = held.add_subparsers(metavar="ACTION", required=True)
    for name, action, meaning in (
        ("list", show_list, "one line each, with the reason"),
        ("show", show_one, "one of them whole, as it came"),
        ("release", release, "a person has looked: take it in after all"),
        ("drop", drop, "forget it for good"),
    ):
        parser = actions.add_parser(name, help=meaning)
        if action is not show_list:
            parser.add_argument("number", type=int, help="as `list` shows it")
        if action is show_one:
            parser.add_argument(
                "--raw", action="store_true", help="its bytes, for a file: a terminal would obey them"
            )
        parser.set_defaults(run=lambda chosen, action=action: run(action, chosen))
    register_keys(things)
    link = things.add_parser("revoke-link", help="a partner's link to a question opens nothing any more")
    link.add_argument("question", type=UUID, help="the question's id")
    link.add_argument("partner", help="the partner's id")
    link.set_defaults(run=lambda chosen: run(revoke_link, chosen))
    desk = things.add_parser("desk", help="the address of a partner's page for questions asked at its desk")
    desk.add_argument("partner", help="the partner's id")
    desk.set_defaults(run=lambda chosen: run(show_desk, chosen))
    signing = things.add_parser(
        "link-keys", help="keys that signed links and reply addresses, by fingerprint"
    )
    signing.add_argument("--forget", metavar="FINGERPRINT", help="retired on purpose: its links may be dead")
    signing.set_defaults(run=lambda chosen: run(show_link_keys, chosen))
    register_retention(subparsers)


def register_keys(things: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    keys = things.add_parser("keys", help="keys of partners that use the HTTP API")
    actions = keys.add_subparsers(metavar="ACTION", required=True)
    actions.add_parser("list", help="one line each").set_defaults(run=lambda chosen: run(list_keys, chosen))
    adding = actions.add_parser("add", help="a new one; it is shown this once")
    adding.add_argument("partner", help="the partner's id")
    adding.add_argument("--label", default="", help="which program it is for")
    adding.set_defaults(run=lambda chosen: run(add_key, chosen))
    revoking = actions.add_parser("revoke", help="from now it opens nothing")
    revoking.add_argument("name", help="as `list` shows it")
    revoking.set_defaults(run=lambda chosen: run(revoke_key, chosen))


def register_retention(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    term = subparsers.add_parser("retention", help="forget the askers whose term has passed")
    actions = term.add_subparsers(metavar="ACTION", required=True)
    running = actions.add_parser("run", help="now, in every service; it runs by itself every day as well")
    running.add_argument("--dry-run", action="store_true", help="only say how many")
    running.set_defaults(run=lambda chosen: asyncio.run(keep_the_term(chosen)))


async def keep_the_term(chosen: argparse.Namespace) -> int:
    options = settings.load(IngestSettings)
    action = retention.due if chosen.dry_run else retention.run
    async with command_transactions("ingest", options.database_url) as transactions:
        found = await action(transactions.begin, options.term)
    print(f"Term: {options.retention_days} days after a question's end (SESAME_RETENTION_DAYS).")
    print(f"Askers {'to forget' if chosen.dry_run else 'forgotten'}: {found.questions}")
    print(f"Held things {'to drop' if chosen.dry_run else 'dropped'}: {found.held}")
    if found.still_open:
        print(f"As old, but still open and so not touched: {found.still_open}. Close or answer them.")
    return 0


def run(action: SubmissionAction, chosen: argparse.Namespace) -> int:
    return asyncio.run(_do(action, settings.load(IngestSettings), chosen))


async def _do(action: SubmissionAction, options: IngestSettings, chosen: argparse.Namespace) -> int:
    async with (
        command_transactions("ingest", options.database_url) as transactions,
        transactions.begin() as unit,
    ):
        return await action(unit, options, chosen)


async def show_list(unit: Unit, _options: IngestSettings, _chosen: argparse.Namespace) -> int:
    table = Table("number", "since", "door", "from", "subject", "reason")
    for one in await quarantine.held(unit.db):
        sender, subject = _heading(one)
        table.add_row(str(one.id), f"{one.received_at:%Y-%m-%d %H:%M}", one.door, sender, subject, one.reason)
    operator_console().print(table if table.row_count else "Nothing is held.")
    return 0


def _heading(one: Held) -> tuple[str, str]:
    if one.door != "mail":
        return "", ""
    heading = read_heading(one.raw)
    return heading.sender or one.envelope_from or "", heading.subject


async def show_one(unit: Unit, _options: IngestSettings, chosen: argparse.Namespace) -> int:
    one = await quarantine.get(unit.db, chosen.number)
    if one is None:
        return _none(chosen.number)
    if chosen.raw:
        sys.stdout.flush()
        sys.stdout.buffer.write(one.raw)
        return 0
    print(f"{one.door} {one.key}\nheld: {one.reason}\nfrom: {one.envelope_from}")
    print(f"to: {', '.join(one.envelope_to)}\n")
    print(one.raw.decode(errors="replace"))
    return 0


async def release(unit: Unit, options: IngestSettings, chosen: argparse.Namespace) -> int:
    url = options.public_url.rstrip("/")
    intake = Intake(url, options.keys, options.reply_box, options.smtputf8, ROOM_BY_HAND)
    replies = ReplyDoor(intake, options.network_name, timedelta(0), by_hand=True)
    door = MailDoor(intake, Mailboxes(options.question_box, options.reply_box), BY_HAND, replies)
    try:
        async with unit.db.transaction():
            one = await quarantine.take(unit.db, chosen.number)
            outcome = await release_held(unit, door, one, scanner_of(options)) if one else None
    except (Refused, NotYet, Unreadable) as refusal:
        print(f"sesame: {chosen.number} stays held: {refusal}", file=sys.stderr)
        return 1
    if outcome is None:
        return _none(chosen.number)
    print(f"{chosen.number}: taken in as {outcome}")
    return 0


def scanner_of(options: IngestSettings) -> Scanner | None:
    """What a person lets in is searched, too."""
    if not options.clamd_address:
        return None
    return Scanner(options.clamd_address, options.clamd_seconds, ScannerMetrics.on(CollectorRegistry()))


async def drop(unit: Unit, _options: IngestSettings, chosen: argparse.Namespace) -> int:
    one = await quarantine.take(unit.db, chosen.number)
    if one is None:
        return _none(chosen.number)
    print(f"{one.id}: dropped; the same mail sent again stays dropped")
    return 0


def _none(number: int) -> int:
    print(f"sesame: nothing is held under {number}; see ./sesame ingest quarantine list", file=sys.stderr)
    return 1


async def list_keys(unit: Unit, _options: IngestSettings, _chosen: argparse.Namespace) -> int:
    table = Table("name", "number", "partner", "label", "made by", "since", "last used", "revoked")
    for key in await partner_keys.keys(unit.db):
        revoked = f"{key.revoked_at:%Y-%m-%d}" if key.revoked_at else ""
        used = f"{key.used_at:%Y-%m-%d}" if key.used_at else ""
        since = f"{key.created_at:%Y-%m-%d}"
        table.add_row(key.name, str(key.number), key.partner, key.label, key.made_by, since, used, revoked)
    operator_console().print(table if table.row_count else "No partner has a key.")
    return 0


async def add_key(unit: Unit, _options: IngestSettings, chosen: argparse.Namespace) -> int:
    if not is_partner_id(chosen.partner):
        print(f'sesame: partner "{chosen.partner}": an id is made of [a-z0-9-]', file=sys.stderr)
        return 2
    key = f"sesame-{secrets.token_urlsafe(32)}"
    await partner_keys.add(unit.db, key, chosen.partner, chosen.label, unit.now, getpass.getuser())
    print(key)
    return 0


async def revoke_key(unit: Unit, _options: IngestSettings, chosen: argparse.Namespace) -> int:
    partner = await partner_keys.revoke(unit.db, chosen.name, unit.now)
    if partner is None:
        print(f"sesame: no key is called {chosen.name}; see ./sesame ingest keys list", file=sys.stderr)
        return 1
    print(f"{chosen.name}: revoked, it was of {partner}")
    return 0


async def revoke_link(unit: Unit, _options: IngestSettings, chosen: argparse.Namespace) -> int:
    await links.revoke(unit.db, chosen.question, chosen.partner, unit.now)
    print(f"{chosen.partner}: its link to {chosen.question} is revoked, its reply address too")
    return 0


async def show_link_keys(unit: Unit, _: IngestSettings, chosen: argparse.Namespace) -> int:
    if chosen.forget is not None:
        if not await link_keys.forget(unit.db, chosen.forget):
            print(f"sesame: no link key has the fingerprint {chosen.forget!r}", file=sys.stderr)
            return 1
        print(f"{chosen.forget} is forgotten")
        return 0
    for key in await link_keys.every(unit.db):
        first, last = (f"{at:%Y-%m-%d %H:%M}" for at in (key.first_used_at, key.last_used_at))
        print(f"{key.fingerprint}  used from {first} to {last} UTC")
    return 0


async def show_desk(unit: Unit, options: IngestSettings, chosen: argparse.Namespace) -> int:
    if not is_partner_id(chosen.partner):
        print(f'sesame: partner "{chosen.partner}": an id is made of [a-z0-9-]', file=sys.stderr)
        return 2
    number = (await partner_access.get(unit.db, chosen.partner)).desk
    seal = desk_seal(options.keys[0], chosen.partner, number)
    print(f"{options.public_url.rstrip('/')}/desk/{chosen.partner}/{seal}")
    return 0
