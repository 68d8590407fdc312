"""The social channels of this network: which are set up, and the senders that answer there."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack

import httpx

from services.chassis.clock import Clock
from services.notifier.domain.posts import ASSISTED
from services.notifier.handlers.delivery_metrics import DeliveryMetrics
from services.notifier.sending.senders.facebook_page import FacebookPageSender
from services.notifier.sending.senders.mastodon import MastodonSender, TokenSays
from services.notifier.settings import NotifierSettings

log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
"""An expired token shows within a minute, in 120 calls an hour of the 200 that Facebook allows."""


def set_up(settings: NotifierSettings) -> frozenset[str]:
    """The channels where an asker can be answered; elsewhere their own page has the answer."""
    found = set()
    if settings.mastodon_url:
        found.add("mastodon")
    if settings.facebook_page_token is not None:
        found.add("facebook_page")
    if settings.desk_password is not None:
        found.add(ASSISTED)
    return frozenset(found)


class SocialChannels:
    """Opens a client per channel; closes them when left."""

    def __init__(self, settings: NotifierSettings, clock: Clock, instruments: DeliveryMetrics) -> None:
        self._settings = settings
        self._clock = clock
        self._instruments = instruments
        self._stack = AsyncExitStack()
        self.senders: dict[str, MastodonSender | FacebookPageSender] = {}

    async def __aenter__(self) -> SocialChannels:
        if self._settings.mastodon_url:
            client = await self._client(self._settings.mastodon_url, self._bearer())
            says = self._token_of("mastodon")
            self.senders["mastodon"] = MastodonSender(client, self._clock, says)
        if self._settings.facebook_page_token is not None:
            token = self._settings.facebook_page_token.get_secret_value()
            client = await self._client(self._settings.facebook_graph_url, {}, {"access_token": token})
            says = self._token_of("facebook_page")
            self.senders["facebook_page"] = FacebookPageSender(client, self._settings.facebook_page_id, says)
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._stack.aclose()

    async def look(self) -> None:
        """Ask every channel whether it still takes our token. One that is away says nothing about it."""
        for channel, sender in self.senders.items():
            try:
                await sender.look()
            except httpx.HTTPError as error:
                log.warning("%s: %s", channel, type(error).__name__)

    async def _client(
        self, url: str, headers: dict[str, str], parameters: dict[str, str] | None = None
    ) -> httpx.AsyncClient:
        client = httpx.AsyncClient(
            base_url=url, headers=headers, params=parameters, timeout=self._settings.webhook_seconds
        )
        return await self._stack.enter_async_context(client)

    def _bearer(self) -> dict[str, str]:
        token = self._settings.mastodon_post_token or self._settings.mastodon_token
        return {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}

    def _token_of(self, channel: str) -> TokenSays:
        gauge = self._instruments.token_good.labels(channel)
        return lambda good: gauge.set(1 if good else 0)
