"""Answers that a person must post, because the channel lets no program do it: told to the workspace with the
text to paste, and done when somebody there says that it stands."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

from services.chassis.messaging.requests import RefusedRequest
from services.chassis.messaging.transaction import Begin, Unit
from services.contracts.coordinator import PostedRequested
from services.contracts.links.wall import Wall
from services.contracts.notifier import PostNoted
from services.contracts.vocabulary import PartnerName
from services.notifier.domain.delivery import Failed
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.domain.posts import ASSISTED, posts
from services.notifier.domain.walling import why_not
from services.notifier.handlers.outcomes import AttemptOutcome, Outcomes
from services.notifier.store import claims, post_news

PAGE = 50
LENGTH = 8_000
ADDRESS = re.compile(r"https?://\S+")


async def tell(begin: Begin, outcomes: Outcomes, wall: Wall) -> None:
    """Every change of what is to be posted, in its order. What the wall stops is lost, and whom it concerns
    is told."""
    while True:
        async with begin() as unit:
            news = await post_news.news(unit.db, PAGE)
            if not news:
                return
            found = await claims.waiting(unit.db, [row["delivery"] for row in news])
            lost = [_stopped(one, why) for one in found if (why := why_not(wall, one))]
            waiting = {one.id: one for one in found}
            stopped = {one.delivery.id for one in lost}
            for row in news:
                one = waiting.get(row["delivery"])
                fact = _noted(row["delivery"], row["id"], None if row["delivery"] in stopped else one)
                unit.announce(fact, question=row["question"])
            await outcomes.record(unit, ASSISTED, lost, lambda: 0.0)
            await post_news.told(unit.db, [row["id"] for row in news])
        if len(news) < PAGE:
            return


def _stopped(one: DeliveryAttempt, why: str) -> AttemptOutcome:
    """Looking at it was its one attempt."""
    return AttemptOutcome(replace(one, attempts=max(one.attempts, 1)), Failed(why, final=True))


def _noted(delivery: UUID, version: int, one: DeliveryAttempt | None) -> PostNoted:
    said = one.said if one else None
    if one is None or said is None:
        return PostNoted(delivery_id=delivery, version=version)
    return PostNoted(
        delivery_id=delivery,
        version=version,
        text=posts(said.text, said.sources, f"— {said.partner_name}", LENGTH)[0],
        library=PartnerName(id=said.partner, name=said.partner_name),
        url=one.question.asker.get("post_url"),
        since=one.decided_at,
    )


async def posted(outcomes: Outcomes, unit: Unit, _question: UUID, wish: PostedRequested) -> None:
    if wish.url and not ADDRESS.fullmatch(wish.url):
        raise RefusedRequest("no address of a page", "faulty_field", field="url", value=wish.url)
    if not await outcomes.posted(unit, wish.delivery_id, wish.url):
        raise RefusedRequest(f"{wish.delivery_id}: no such answer waits to be posted", "nothing_to_post")
