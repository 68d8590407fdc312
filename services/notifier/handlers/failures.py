"""What was given up, and who is not written to: told to the workspace, and taken up again when asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.chassis.messaging.requests import RefusedRequest
from services.chassis.messaging.transaction import Unit
from services.contracts.addresses import address_digests
from services.contracts.coordinator import LiftRequested, OutgoingListRequested, RetryRequested
from services.contracts.notifier import AddressLifted, AddressSilenced, DeliveryResumed
from services.notifier.store import deliveries, post_news, silences
from services.notifier.store.archive import entry_news

NOBODY = UUID(int=0)
NAME_LETTERS = 12
LONGEST = 500


def name_of(digest: bytes) -> str:
    """What an address is called that nobody may read."""
    return digest.hex()[:NAME_LETTERS]


async def silence(
    unit: Unit, keys: Sequence[bytes], address: str, question: UUID, status: str | None
) -> None:
    """Never write there again, and say so, with the libraries that are reached there."""
    digests = address_digests(keys, address)
    if not await silences.silence(unit.db, digests[0], unit.now, status):
        return
    libraries = await _libraries_by_digest(unit, keys)
    unit.announce(_silenced(digests[0], libraries, status, unit.now), question=question)


def _silenced(
    digest: bytes, libraries: Mapping[bytes, str], status: str | None, since: datetime
) -> AddressSilenced:
    return AddressSilenced(name=name_of(digest), library=libraries.get(digest), status=status, since=since)


async def _libraries_by_digest(unit: Unit, keys: Sequence[bytes]) -> dict[bytes, str]:
    """Who is reached at the address of each digest, by any of the keys."""
    found: dict[bytes, list[str]] = {}
    for address, partners in (await silences.libraries_by_address(unit.db)).items():
        for digest in address_digests(keys, address):
            found.setdefault(digest, []).append(partners)
    return {digest: ", ".join(partners)[:LONGEST] for digest, partners in found.items()}


async def tell_anew(keys: Sequence[bytes], unit: Unit, _question: UUID, _wish: OutgoingListRequested) -> None:
    """Answers that wait or are out, answers to post, and who is not written to."""
    await entry_news.anew(unit.db)
    await post_news.anew(unit.db)
    libraries = await _libraries_by_digest(unit, keys)
    for row in await silences.all_silences(unit.db):
        told = _silenced(row["digest"], libraries, row["diagnostic"], row["silenced_at"])
        unit.announce(told, question=NOBODY)


async def lift(unit: Unit, digests: Sequence[bytes], name: str) -> bool:
    """Write there again; False where nothing was silenced under this."""
    lifted = await silences.lift(unit.db, digests, name)
    for digest in lifted:
        unit.announce(AddressLifted(name=name_of(digest)), question=NOBODY)
    return bool(lifted)


async def retry(unit: Unit, delivery: str) -> bool:
    """It waits again, with its old id; False where none of this id was given up."""
    question = await deliveries.from_the_beginning(unit.db, delivery, unit.now)
    if question is None:
        return False
    unit.announce(DeliveryResumed(delivery_id=UUID(delivery)), question=question)
    return True


async def retry_requested(unit: Unit, _question: UUID, wish: RetryRequested) -> None:
    if not await retry(unit, str(wish.delivery_id)):
        raise RefusedRequest(f"{wish.delivery_id}: no delivery of this id was given up", "nothing_failed")


async def lift_requested(unit: Unit, _question: UUID, wish: LiftRequested) -> None:
    if not await lift(unit, [], wish.name):
        raise RefusedRequest(f"{wish.name}: no such address is silenced", "nothing_silenced")
