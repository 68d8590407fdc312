"""What the workspace's commands do."""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from services.chassis.messaging.command import command_transactions
from services.chassis.messaging.transaction import Transactions
from services.contracts.links.signed_links import sign_in_token
from services.workspace.domain.roles import OF_A_LIBRARY, Member
from services.workspace.handlers import rebuilding, signing_in
from services.workspace.handlers.hearing import make_anew
from services.workspace.store import facts, rebuilds

PAGE = 500


class CommandRefused(Exception):
    """Says what is missing and how to give it."""


async def invite(chosen: argparse.Namespace) -> int:
    """With `--print` the link stands on the screen and nowhere else; the mail is not sent."""
    if (chosen.role in OF_A_LIBRARY) != bool(chosen.library):
        raise CommandRefused(f"--role {chosen.role}: respondent and lead need --library ID, the others none")
    member = Member(chosen.role, chosen.library)
    if chosen.printed:
        async with _transactions(chosen) as transactions:
            print(await link_for(transactions, os.environ, chosen.name, chosen.mail, member))
        return 0
    async with _transactions(chosen) as transactions, transactions.begin() as unit:
        await signing_in.invite(unit, None, None, chosen.name, chosen.mail, member)
    print(f"{chosen.mail}: a mail is on its way; its link opens once, within three days")
    return 0


async def link_for(
    transactions: Transactions, environ: Mapping[str, str], name: str, mail: str, *members: Member
) -> str:
    """Where this person comes in, once, within three days; no mail goes out."""
    secret = environ.get("SESAME_SIGN_IN_SECRET", "")
    if not secret:
        raise CommandRefused("--print needs SESAME_SIGN_IN_SECRET, as the workspace has it")
    async with transactions.begin() as unit:
        before = unit.mark()
        for member in members:
            _, sign_in = await signing_in.invite(unit, None, None, name, mail, member)
        unit.back_to(before)
    url = environ.get("SESAME_WORKSPACE_URL", "").rstrip("/")
    return f"{url}/sign-in/{sign_in_token(secret.encode(), sign_in)}"


async def rebuild(chosen: argparse.Namespace) -> int:
    """Page by page, each in a transaction that holds its questions: facts that come meanwhile wait for it."""
    number = 0
    async with _transactions(chosen) as transactions:
        async with transactions.begin() as unit:
            id_ = await rebuilding.begin(unit)
            questions = await facts.questions(unit.db)
        for start in range(0, len(questions), PAGE):
            page = questions[start : start + PAGE]
            async with transactions.begin(*page) as unit:
                await make_anew(unit, page)
            number += len(page)
        print(f"{number} questions made anew from what was heard of them; the services tell it again")
        await _watch(transactions, id_, chosen.wait)
    return 0


async def _watch(transactions: Transactions, id_: UUID, seconds: float) -> None:
    """Say how far they are, until all is told or so long: they go on without us."""
    until = time.monotonic() + seconds
    while True:
        async with transactions.begin() as unit:
            rows = await rebuilds.how_far(unit.db, id_)
        if all(row["done_at"] for row in rows) or time.monotonic() >= until:
            break
        await asyncio.sleep(1)
    for row in rows:
        more = "all of them" if row["done_at"] else "so far; it goes on while the services run"
        print(f"{row['service']}: {row['facts']} facts told again, {more}")


def _transactions(chosen: argparse.Namespace) -> AbstractAsyncContextManager[Transactions]:
    url = chosen.database_url or os.environ.get("SESAME_DATABASE_URL")
    if not url:
        raise CommandRefused("no database: set SESAME_DATABASE_URL or pass --database-url postgresql://…")
    return command_transactions("workspace", url)


ACTIONS: Mapping[str, Callable[[argparse.Namespace], Awaitable[int]]] = {"invite": invite, "rebuild": rebuild}
