"""What a year is played on, as `play` sees it; `platform_stage` is it with all services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.contracts.envelope import Event
from services.router.domain.partner import Partner

COORDINATOR = "coordination"


@dataclass(frozen=True, slots=True)
class Asking:
    """A question as it is put in. `facets`: channel, language, perhaps subject and origin."""

    asked_at: datetime
    text: str
    facets: Mapping[str, Any]
    postcode: str | None


class Stage(Protocol):
    async def go_to(self, moment: datetime) -> None:
        """Time moves on to the moment, in UTC; it never goes back."""
        ...

    async def ask(self, asking: Asking) -> None: ...

    async def answer(self, question: UUID, partner: str) -> None: ...

    async def decline(self, question: UUID, partner: str) -> None: ...

    async def ask_back(self, question: UUID, partner: str) -> None: ...

    async def add(self, question: UUID, partner: str) -> None:
        """More of its answer."""
        ...

    async def correct(self, question: UUID, partner: str) -> None: ...

    async def write(self, question: UUID, text: str) -> None:
        """The asker does: a reply, or more."""
        ...

    async def ask_again(self, question: UUID) -> None:
        """The answer did not help the asker."""
        ...

    async def resolve(self, question: UUID) -> None:
        """By the coordinator: what the asker wrote needs no message."""
        ...

    async def assign(self, question: UUID, partner: str, reason: str) -> None:
        """By the coordinator."""
        ...

    async def close(self, question: UUID, explanation: str) -> None: ...

    async def change(self, changed: Sequence[Partner]) -> None:
        """These partners are now as given; others stay as they are."""
        ...

    async def heard(self) -> Sequence[Event[Any]]:
        """What was announced since the last time, in order, once everything has come to rest."""
        ...
