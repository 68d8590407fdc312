"""The asker's own page: nothing has to leave the house, the answer stands there."""

from __future__ import annotations

from services.contracts.links import asker_token
from services.notifier.domain.delivery import Failed, Sent
from services.notifier.domain.outgoing import Outgoing
from services.notifier.mail.compose import House


class PageSender:
    def __init__(self, house: House) -> None:
        self._house = house

    async def send(self, delivery: Outgoing) -> Sent | Failed:
        given = delivery.question.asker.get("page_url")
        token = asker_token(self._house.keys, delivery.question.id)
        return Sent(given or f"{self._house.public_url}/q/{token}")
