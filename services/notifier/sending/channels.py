"""The social channels: each declared once, which are set up, and the senders that answer there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx

from services.chassis.clock import Clock
from services.notifier.domain.posts import ASSISTED
from services.notifier.handlers.delivery_metrics import DeliveryMetrics
from services.notifier.sending.senders.protocol import SocialSender, TokenSays
from services.notifier.sending.senders.social.facebook_page import FacebookPageSender
from services.notifier.sending.senders.social.mastodon import MastodonSender
from services.notifier.settings import NotifierSettings

log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
"""An expired token shows within a minute, in 120 calls an hour of the 200 that Facebook allows."""


@dataclass(frozen=True, slots=True)
class SocialChannel:
    """`name` is the contract's. Where it `is_set_up`, `sender` answers by `client`; without them a person
    posts there, what the workspace shows."""

    name: str
    is_set_up: Callable[[NotifierSettings], bool]
    client: Callable[[NotifierSettings], httpx.AsyncClient] | None = None
    sender: Callable[[httpx.AsyncClient, NotifierSettings, Clock, TokenSays], SocialSender] | None = None


def _mastodon(settings: NotifierSettings) -> httpx.AsyncClient:
    token = settings.mastodon_post_token or settings.mastodon_token
    headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
    return httpx.AsyncClient(
        base_url=settings.mastodon_url, headers=headers, timeout=settings.webhook_seconds
    )


def _facebook_page(settings: NotifierSettings) -> httpx.AsyncClient:
    token = settings.facebook_page_token
    access = {"access_token": token.get_secret_value()} if token else {}
    return httpx.AsyncClient(
        base_url=settings.facebook_graph_url, params=access, timeout=settings.webhook_seconds
    )


SOCIAL_CHANNELS = (
    SocialChannel(
        "mastodon",
        lambda settings: bool(settings.mastodon_url),
        _mastodon,
        lambda client, _settings, clock, says: MastodonSender(client, clock, says),
    ),
    SocialChannel(
        "facebook_page",
        lambda settings: settings.facebook_page_token is not None,
        _facebook_page,
        lambda client, settings, _clock, says: FacebookPageSender(client, settings.facebook_page_id, says),
    ),
    SocialChannel(ASSISTED, lambda _settings: True),
)


def set_up(settings: NotifierSettings) -> frozenset[str]:
    """The channels where an asker can be answered; elsewhere their own page has the answer."""
    return frozenset(channel.name for channel in SOCIAL_CHANNELS if channel.is_set_up(settings))


class SocialSenders:
    """Opens a client per channel that is set up; closes them when left."""

    def __init__(
        self,
        settings: NotifierSettings,
        clock: Clock,
        instruments: DeliveryMetrics,
        channels: Iterable[SocialChannel] = SOCIAL_CHANNELS,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._instruments = instruments
        self._channels = [channel for channel in channels if channel.is_set_up(settings)]
        self._stack = AsyncExitStack()
        self.senders: dict[str, SocialSender] = {}

    async def __aenter__(self) -> SocialSenders:
        for channel in self._channels:
            if channel.client and channel.sender:
                client = await self._stack.enter_async_context(channel.client(self._settings))
                says = self._token_of(channel.name)
                self.senders[channel.name] = channel.sender(client, self._settings, self._clock, says)
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

    def _token_of(self, channel: str) -> TokenSays:
        gauge = self._instruments.token_good.labels(channel)
        return lambda good: gauge.set(1 if good else 0)
