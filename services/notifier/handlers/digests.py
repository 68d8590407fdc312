"""The rounds: each morning a list to the coordinator, each Monday a digest to partners that read mail."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from services.chassis.messaging.transaction import Begin, Unit
from services.notifier.domain.archive.titles import headline
from services.notifier.domain.delivery import delivery_id
from services.notifier.domain.kinds import DeliveryKind
from services.notifier.domain.plan import Planned
from services.notifier.store import deliveries, digests

NO_QUESTION = UUID(int=0)
"""What concerns no single question is about this one."""
MORNING = 7
"""The hour of the network's day from which the rounds are made."""
MONDAY = 0
SIGN_INS_KEPT = timedelta(days=7)
"""That a person was mailed a link is of no use after it."""


BEGINNING = 100
"""Letters by which the version before names a question in a week, and finds it there to forget it."""


def _week_of(told: str) -> dict[str, Any]:
    """`open` is what a text of an operator's own, and the version before, reads of `open_questions`."""
    week: dict[str, Any] = orjson.loads(told)
    asked = week["open_questions"]
    return {**week, "open": [one["headline"][:BEGINNING] for one in asked], "open_questions": _called(asked)}


def _called(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each by what it asks, in few words: no more of it is kept with the delivery."""
    return [{**one, "headline": headline(one["headline"])} for one in questions]


class Digests:
    """A round is named after its day: however many copies make it, and however often, it is decided once."""

    def __init__(self, begin: Begin, coordinator: str, zone: str) -> None:
        self._begin = begin
        self._coordinator = coordinator
        self._zone = ZoneInfo(zone)

    async def make(self) -> None:
        async with self._begin() as unit:
            local = unit.now.astimezone(self._zone)
            if local.hour < MORNING:
                return
            await deliveries.forget_sign_ins(unit.db, unit.now - SIGN_INS_KEPT)
            planned = await self._day(unit, local.date())
            if local.weekday() == MONDAY:
                planned += await self._week(unit, local.date())
            await deliveries.decide(unit.db, planned, [None] * len(planned), unit.now)

    async def _day(self, unit: Unit, day: date) -> list[Planned]:
        """Nothing when there is nothing to say."""
        id_ = delivery_id(NO_QUESTION, DeliveryKind.DAILY, day)
        if await digests.is_decided(unit.db, id_):
            return []
        told = await digests.day(unit.db, unit.now)
        if not any(told.values()):
            return []
        told["late"] = _called(told["late"])
        return [Planned(id_, NO_QUESTION, DeliveryKind.DAILY, "mail", self._coordinator, details=told)]

    async def _week(self, unit: Unit, monday: date) -> list[Planned]:
        return [
            Planned(
                delivery_id(NO_QUESTION, DeliveryKind.DIGEST, f"{row['partner']} {monday}"),
                NO_QUESTION,
                DeliveryKind.DIGEST,
                "mail",
                row["address"],
                details={
                    **_week_of(row["told"]),
                    "partner": row["partner"],
                    "partner_name": row["partner_name"],
                },
            )
            for row in await digests.week(unit.db, unit.now)
        ]
