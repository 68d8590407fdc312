"""How a person comes in: a link by mail, used once and soon; a session that can be ended anywhere."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from uuid_utils.compat import uuid4, uuid7

from services.chassis.messaging.transaction import Unit
from services.contracts.addresses import mailbox
from services.contracts.links.signed_links import read_sign_in_token
from services.contracts.workspace import SignInRequested
from services.workspace.domain.identity import Identity
from services.workspace.domain.roles import Member
from services.workspace.domain.waits import TooOften, wait_before
from services.workspace.store import audit, passkeys, people, sessions, work

LINK_FOR = timedelta(minutes=15)
INVITATION_FOR = timedelta(days=3)
TRIES_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SignInRules:
    """`key` seals links, as the notifier's does; a session ends after `idle` without a page."""

    key: bytes = field(repr=False)
    idle: timedelta


@dataclass(frozen=True, slots=True)
class NewSession:
    """The cookie's value: it stands nowhere else."""

    cookie: str
    person: UUID
    session: UUID


async def ask_for_link(unit: Unit, mail: str, network: str) -> None:
    """Whether anybody has that address is not to be learnt here. Raises TooOften, with the wait."""
    await count_try(unit, ("mail", mailbox(mail)), ("network", network))
    person = await people.by_mail(unit.db, mail)
    if person is not None:
        await send_link(unit, person["id"], "sign_in", LINK_FOR)


async def count_try(unit: Unit, *keys: tuple[str, str]) -> None:
    """Raises TooOften."""
    for kind, value in keys:
        await must_not_wait(unit, (kind, value))
        await sessions.note_try(unit.db, _digest(kind, value), unit.now)


async def must_not_wait(unit: Unit, key: tuple[str, str]) -> None:
    """Raises TooOften, with the wait."""
    number, last = await sessions.tries(unit.db, _digest(*key), unit.now - TRIES_WITHIN)
    wait = wait_before(key[0], number, last, unit.now)
    if wait > timedelta(0):
        raise TooOften(wait)


def _digest(kind: str, value: str) -> bytes:
    return hashlib.sha256(f"{kind}:{value}".encode()).digest()


async def send_link(
    unit: Unit,
    person: UUID,
    kind: Literal["sign_in", "invitation"],
    good_for: timedelta,
    invited_by: str | None = None,
) -> UUID:
    """The notifier writes the mail; what opens the door is made of the id that this gives, and of the key."""
    known = await people.one(unit.db, person)
    if known is None:
        raise LookupError(f"person {person}: is none of the network's")
    sign_in = uuid4()  # not in the order of time: nobody may guess the next
    await sessions.ask(unit.db, sign_in, person, unit.now, unit.now + good_for)
    fact = SignInRequested(
        person_id=person,
        mail=known["mail"],
        name=known["name"],
        language=known["language"],
        kind=kind,
        expires_at=unit.now + good_for,
        invited_by=invited_by,
    )
    unit.announce(fact, question=sign_in)
    return sign_in


async def open_link(unit: Unit, rules: SignInRules, token: str, agent: str) -> NewSession | None:
    """None for a link that opens nothing: used, too old, or not ours."""
    sign_in = read_sign_in_token(rules.key, token)
    person = sign_in and await sessions.use(unit.db, sign_in, unit.now)
    if not person:
        return None
    return await begin(unit, rules, person, way="mail", agent=agent)


async def by_provider(unit: Unit, rules: SignInRules, identity: Identity, agent: str) -> NewSession | None:
    """None for whom nobody invited. At first the address leads to the person, from then on the subject: who
    is given a colleague's old address is not that colleague."""
    person = await people.by_identity(unit.db, identity.issuer, identity.subject)
    if person is None and identity.mail:
        known = await people.by_mail(unit.db, identity.mail)
        if known is not None and not await people.is_known_to(unit.db, identity.issuer, known["id"]):
            person = known["id"]
            await people.add_identity(unit.db, identity.issuer, identity.subject, known["id"])
    if person is None:
        return None
    return await begin(unit, rules, person, way="oidc", agent=agent, id_token=identity.id_token)


async def begin(
    unit: Unit, rules: SignInRules, person: UUID, *, way: str, agent: str, id_token: str | None = None
) -> NewSession:
    cookie, session = secrets.token_urlsafe(32), uuid7()
    await sessions.begin(
        unit.db,
        session,
        digest_of(cookie),
        person,
        way=way,
        agent=agent[:200],
        now=unit.now,
        expires_at=unit.now + rules.idle,
        id_token=id_token,
    )
    await audit.note(unit.db, unit.now, person, "signed_in", detail=way)
    return NewSession(cookie, person, session)


def digest_of(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()


def former_seal_of(cookie: str) -> str:
    """What forms bear that were opened before the upgrade over `0063.given-back`: as safe, for who can't read
    the cookie can't write it, but over with the session."""
    return hashlib.sha256(b"form of " + cookie.encode()).hexdigest()[:32]


def seal_of(key: bytes, person: UUID) -> str:
    """What a form of this person must bear, whatever session it was opened in: a page left open goes on once
    they are signed in again elsewhere, and is nothing in another's browser."""
    return hmac.new(key, b"form of " + person.bytes, hashlib.sha256).hexdigest()[:32]


async def invite(
    unit: Unit,
    by: UUID | None,
    by_name: str | None,
    name: str,
    mail: str,
    member: Member,
    *,
    language: str = "fr",
) -> tuple[UUID, UUID]:
    """Person and sign-in. Somebody who is here already gets the role beside their others."""
    await people.add(unit.db, uuid7(), name, mail, language, unit.now)
    person = await people.by_mail(unit.db, mail)
    if person is None:
        raise LookupError("the person was removed at this moment; invite them again")
    await people.join(unit.db, person["id"], member)
    sign_in = await send_link(unit, person["id"], "invitation", INVITATION_FOR, by_name)
    await audit.note(
        unit.db,
        unit.now,
        by,
        "invited",
        partner=member.partner or None,
        detail=f"{member.role} {person['id']}",
    )
    return person["id"], sign_in


async def change_role(unit: Unit, by: UUID, person: UUID, member: Member) -> None:
    """Of somebody who works in that library already: this role there, and no other. It counts at once."""
    if await people.change_role(unit.db, person, member):
        detail = f"{person} {member.role}"
        await audit.note(unit.db, unit.now, by, "changed_role", partner=member.partner, detail=detail)


async def let_go(unit: Unit, by: UUID | None, person: UUID, partner: str) -> None:
    """Gone at once, everywhere: every session ends. Who has a role elsewhere signs in again. What they had in
    hand goes back to their colleagues, with their drafts."""
    await work.give_back_all(unit.db, person, partner, unit.now)
    if await people.leave(unit.db, person, partner, None, unit.now):
        await passkeys.remove_all(unit.db, person)
    await sessions.end_all(unit.db, person, unit.now)
    await audit.note(unit.db, unit.now, by, "let_go", partner=partner or None, detail=str(person))


def is_over(expires_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    return ended_at is not None or expires_at <= now
