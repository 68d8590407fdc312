"""People of the network, their roles, and how they were let in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db
from services.workspace.domain.roles import Member

_ADD = """
INSERT INTO person (id, name, mail, language, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (lower(mail)) WHERE left_at IS NULL DO NOTHING
"""

_BY_MAIL = "SELECT id, name, mail, language FROM person WHERE lower(mail) = lower($1) AND left_at IS NULL"

_ONE = "SELECT id, name, mail, language FROM person WHERE id = $1 AND left_at IS NULL"

# Of a library that left the network nobody sees anything; should it come back, so do its people.
_MEMBERS = """
SELECT role, partner FROM membership m
WHERE person = $1 AND NOT EXISTS (SELECT FROM library l WHERE l.id = m.partner AND l.gone)
ORDER BY role, partner
"""

_JOIN = "INSERT INTO membership (person, role, partner) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"

# One row stays for a person and a library; the others were of an earlier role.
_CHANGE_ROLE = """
WITH had AS (DELETE FROM membership WHERE person = $1 AND partner = $3 AND partner <> '' RETURNING person)
INSERT INTO membership (person, role, partner) SELECT DISTINCT person, $2, $3 FROM had RETURNING person
"""

_LEAVE = "DELETE FROM membership WHERE person = $1 AND partner = $2 AND ($3::text IS NULL OR role = $3)"

_GONE = """
UPDATE person SET left_at = $2, mail = '' WHERE id = $1 AND left_at IS NULL
    AND NOT EXISTS (SELECT FROM membership WHERE person = $1)
"""

_OF_PARTNERS = """
SELECT p.id, p.name, p.mail, m.role, m.partner,
    (SELECT max(seen_at) FROM session s WHERE s.person = p.id) AS seen_at
FROM membership m JOIN person p ON p.id = m.person
WHERE m.partner = ANY($1::text[]) AND p.left_at IS NULL ORDER BY m.partner, p.name, m.role
"""

_ALL = """
SELECT p.id, p.name, p.mail, m.role, m.partner,
    (SELECT max(seen_at) FROM session s WHERE s.person = p.id) AS seen_at
FROM membership m JOIN person p ON p.id = m.person
WHERE p.left_at IS NULL ORDER BY m.partner, p.name, m.role LIMIT 2000
"""

_NAMES = "SELECT id, name FROM person WHERE id = ANY($1::uuid[])"

_COLLEAGUES = """
SELECT DISTINCT p.id, p.name FROM membership m JOIN person p ON p.id = m.person
WHERE m.partner = $1 AND p.left_at IS NULL ORDER BY p.name
"""

_LIBRARIES = "SELECT id, name, time_zone, gone FROM library WHERE id = ANY($1::text[]) ORDER BY name"

_STANDING_LIBRARIES = "SELECT id, name, time_zone, gone FROM library WHERE NOT gone ORDER BY name"

_EVER_HEARD_OF = "SELECT id, name, time_zone, gone FROM library ORDER BY name"

_SET_LANGUAGE = "UPDATE person SET language = $2 WHERE id = $1"

# Who has not looked since they were called about this question was written to then.
_TO_WRITE_TO = """
SELECT p.id, p.name, p.mail, p.language FROM person p
WHERE p.id = ANY($1::uuid[]) AND p.left_at IS NULL AND p.called_by_mail AND NOT EXISTS (
    SELECT FROM mention m JOIN note n ON n.id = m.note
    WHERE m.person = p.id AND n.question = $2 AND m.seen_at IS NULL
) ORDER BY p.id
"""

_IS_CALLED_BY_MAIL = "SELECT called_by_mail FROM person WHERE id = $1"

_SET_CALLED_BY_MAIL = "UPDATE person SET called_by_mail = $2 WHERE id = $1"

_BY_IDENTITY = """
SELECT i.person FROM identity i JOIN person p ON p.id = i.person
WHERE i.issuer = $1 AND i.subject = $2 AND p.left_at IS NULL
"""

_KNOWN_TO = "SELECT EXISTS (SELECT FROM identity WHERE issuer = $1 AND person = $2)"

_ADD_IDENTITY = """
INSERT INTO identity (issuer, subject, person) VALUES ($1, $2, $3)
ON CONFLICT (issuer, subject) DO UPDATE SET person = excluded.person
"""


async def add(db: Db, person: UUID, name: str, mail: str, language: str, now: datetime) -> None:
    """Nothing where somebody has that address already."""
    await db.execute(_ADD, person, name, mail, language, now)


async def by_mail(db: Db, mail: str) -> Record | None:
    return await db.fetchrow(_BY_MAIL, mail)


async def one(db: Db, person: UUID) -> Record | None:
    return await db.fetchrow(_ONE, person)


async def members(db: Db, person: UUID) -> tuple[Member, ...]:
    """Their roles in the network and in the libraries that are in it now."""
    return tuple(Member(row["role"], row["partner"]) for row in await db.fetch(_MEMBERS, person))


async def join(db: Db, person: UUID, member: Member) -> None:
    await db.execute(_JOIN, person, member.role, member.partner)


async def change_role(db: Db, person: UUID, member: Member) -> bool:
    """False where they do not work there."""
    if Member(member.role, member.partner) in await members(db, person):
        return False
    return await db.fetchval(_CHANGE_ROLE, person, member.role, member.partner) is not None


async def leave(db: Db, person: UUID, partner: str, role: str | None, now: datetime) -> bool:
    """Whether that was the last role: then the person is gone, and their address with them."""
    await db.execute(_LEAVE, person, partner, role)
    return (await db.execute(_GONE, person, now)).endswith(" 1")


async def of_partners(db: Db, partners: Sequence[str]) -> list[Record]:
    return await db.fetch(_OF_PARTNERS, partners)


async def everybody(db: Db) -> list[Record]:
    return await db.fetch(_ALL)


async def names(db: Db, people: Sequence[UUID]) -> dict[UUID, str]:
    return {row["id"]: row["name"] for row in await db.fetch(_NAMES, people)}


async def colleagues(db: Db, partner: str) -> list[Record]:
    return await db.fetch(_COLLEAGUES, partner)


async def libraries(db: Db, partners: Sequence[str] | None = None) -> list[Record]:
    """Those named, or all that are in the network now."""
    if partners is None:
        return await db.fetch(_STANDING_LIBRARIES)
    return await db.fetch(_LIBRARIES, partners)


async def libraries_ever(db: Db, partners: Sequence[str] | None = None) -> list[Record]:
    """Those named, or all that were ever heard of: what was theirs is still told by their name."""
    return await (db.fetch(_EVER_HEARD_OF) if partners is None else db.fetch(_LIBRARIES, partners))


async def set_language(db: Db, person: UUID, language: str) -> None:
    await db.execute(_SET_LANGUAGE, person, language)


async def to_write_to(db: Db, people: Sequence[UUID], question: UUID) -> list[Record]:
    """Of these, who wants a mail when called, and has none yet that says so of this question."""
    return await db.fetch(_TO_WRITE_TO, people, question)


async def is_called_by_mail(db: Db, person: UUID) -> bool:
    return bool(await db.fetchval(_IS_CALLED_BY_MAIL, person))


async def set_called_by_mail(db: Db, person: UUID, *, wanted: bool) -> None:
    await db.execute(_SET_CALLED_BY_MAIL, person, wanted)


async def by_identity(db: Db, issuer: str, subject: str) -> UUID | None:
    person: UUID | None = await db.fetchval(_BY_IDENTITY, issuer, subject)
    return person


async def is_known_to(db: Db, issuer: str, person: UUID) -> bool:
    """Whether this provider has vouched for the person before, under whatever name."""
    known: bool = await db.fetchval(_KNOWN_TO, issuer, person)
    return known


async def add_identity(db: Db, issuer: str, subject: str, person: UUID) -> None:
    """An identity of somebody who left may be another's who was invited since."""
    await db.execute(_ADD_IDENTITY, issuer, subject, person)
