"""How often answers are read: counted in memory, announced each minute, never by whom."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from services.chassis.messaging.transaction import Unit
from services.contracts.notifier import MOST_VIEWS, QuestionViewed
from services.contracts.vocabulary import Facets, PartnerName
from services.notifier.store.archive import entries

SECONDS = 60.0
"""What a killed copy forgets at most."""

_SAYS_IT_IS_A_ROBOT = re.compile(r"bot\b|crawl|spider|slurp", re.IGNORECASE)


class PageViews:
    """Of one copy; every copy announces its own. Holds no address and nothing else of a reader."""

    def __init__(self, begin: Callable[[], AbstractAsyncContextManager[Unit]]) -> None:
        self._begin = begin
        self._seen: Counter[int] = Counter()

    def count(self, number: int, reader: str) -> None:
        """One reading of an entry. `reader` is the User-Agent: robots that say so are no readers."""
        if not _SAYS_IT_IS_A_ROBOT.search(reader):
            self._seen[number] += 1

    async def announce(self) -> None:
        """What was read since the last time. Should that fail, it is announced the next time."""
        if not self._seen:
            return
        told = Counter({number: min(n, MOST_VIEWS) for number, n in self._seen.items()})
        self._seen -= told
        try:
            async with self._begin() as unit:
                for viewed in await entries.viewed(unit.db, list(told)):
                    unit.announce(_fact(viewed, told[viewed.number]), question=viewed.question_id)
        except BaseException:
            self._seen += told
            raise


def _fact(viewed: entries.Viewed, views: int) -> QuestionViewed:
    return QuestionViewed(
        views=views,
        answer_id=viewed.answer_id,
        partner=PartnerName(id=viewed.partner, name=viewed.partner_name),
        facets=Facets.model_validate_json(viewed.facets),
    )
