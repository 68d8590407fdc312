"""A library joins the network: it applies, proves its address, is looked at, admitted or refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid4

from services.chassis.messaging.transaction import Unit
from services.contracts.addresses import mailbox
from services.contracts.coordinator import PartnerAdmitRequested
from services.contracts.workspace import ApplicantTold
from services.workspace.domain.roles import Member
from services.workspace.handlers import signing_in
from services.workspace.handlers.steering import LONGEST_LINE, Coordinator, ask
from services.workspace.store import audit, libraries
from services.workspace.store.coordinator import applications
from services.workspace.store.coordinator.applications import PROVE_WITHIN, Application


async def apply(unit: Unit, written: Application, network: str) -> None:
    """Written down, and a mail asks whether it was they. Raises TooOften."""
    await signing_in.count_try(unit, ("joining", network), ("mail", mailbox(written.mail)))
    id_ = uuid4()  # stands in the link: not in the order of time
    await applications.put(unit.db, id_, written, unit.now)
    fact = ApplicantTold(
        mail=written.mail,
        name=written.name,
        language=written.language,
        library=written.library,
        kind="joining",
        expires_at=unit.now + PROVE_WITHIN,
    )
    unit.announce(fact, question=id_)


async def prove(unit: Unit, id_: UUID) -> bool:
    """The address is theirs: it waits for the coordinators, who are told. False where it did before, or came
    too late."""
    if not await applications.prove(unit.db, id_, unit.now):
        return False
    one = await applications.one(unit.db, id_)
    for row in await applications.coordinators(unit.db):
        fact = ApplicantTold(
            mail=row["mail"],
            name=row["name"],
            language=row["language"],
            library=one["library"] if one else "",
            kind="applied",
        )
        unit.announce(fact, question=id_)
    return True


async def admit(
    unit: Unit, who: Coordinator, form: str, id_: UUID, partner: str, fields: Mapping[str, Any]
) -> None:
    """The router is asked to take it in; one that stands in the directory already, with a program, has its
    people let in at once. Never one that was here before they asked: who applies may give any name, and would
    lead it. Raises ValidationError where the contract does not take it."""
    one = await applications.one(unit.db, id_)
    if one is None or one["state"] != "waiting":
        return
    if one["way"] == "program" and await libraries.one(unit.db, partner) is not None:
        if await libraries.came_since(unit.db, partner, one["asked_at"]):
            await _let_in(unit, id_, partner, who)
        return
    fact = PartnerAdmitRequested(by=who.name[:LONGEST_LINE], partner=partner, fields=dict(fields))
    request = await ask(unit, who, form, fact, None, partner)
    if request is not None:
        await applications.admitting(unit.db, id_, partner, request, who.person, unit.now)


async def admitted(unit: Unit, request: UUID) -> None:
    """The directory has it: whoever applied is its first lead, and is invited."""
    id_ = await applications.by_request(unit.db, request)
    if id_ is not None:
        await _let_in(unit, id_, None, None)


async def not_admitted(unit: Unit, request: UUID) -> None:
    await applications.back(unit.db, request)


async def _let_in(unit: Unit, id_: UUID, partner: str | None, who: Coordinator | None) -> None:
    if not await applications.admitted(unit.db, id_, partner, who.person if who else None, unit.now):
        return
    one = await applications.one(unit.db, id_)
    if one is None:
        raise LookupError(f"application {id_}: is gone")
    by, by_name = (who.person, who.name) if who else (None, one["decided_by"])
    member = Member("lead", one["partner"])
    await signing_in.invite(unit, by, by_name, one["name"], one["mail"], member, language=one["language"])


async def refuse(unit: Unit, who: Coordinator, id_: UUID, reason: str) -> None:
    """With the reason, which the applicant reads."""
    if not await applications.refuse(unit.db, id_, reason, who.person, unit.now):
        return
    one = await applications.one(unit.db, id_)
    if one is None:
        raise LookupError(f"application {id_}: is gone")
    fact = ApplicantTold(
        mail=one["mail"],
        name=one["name"],
        language=one["language"],
        library=one["library"],
        kind="not_joined",
        reason=reason,
    )
    unit.announce(fact, question=id_)
    await audit.note(unit.db, unit.now, who.person, "refused_library", detail=one["library"])
