"""The platform with partners that answer, and what must be true once everything has come to rest."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from devtools.servers.folders import throwaway_folder
from devtools.servers.mailbox import running_mailbox
from devtools.servers.platform import Platform, running_platform
from devtools.servers.servers import Servers
from operations.mailbox import Mail
from services.chassis.messaging.dead_letters import looking
from services.contracts import topology
from services.contracts.catalogue import CONFIDENTIAL
from tests.support.flow import write_partners
from tests.support.steadfast import Observed, Partners, partners

PARTNERS = ("brest", "lyon", "namur", "bastia")
QUIET_WITHIN_SECONDS = 120.0
LOOK_SECONDS = 0.5

BACKLOG = """
SELECT (SELECT count(*) FROM ingest.outbox) + (SELECT count(*) FROM router.outbox)
     + (SELECT count(*) FROM notifier.outbox) + (SELECT count(*) FROM metrics.outbox)
     + (SELECT count(*) FROM workspace.outbox)
     + (SELECT count(*) FROM metrics.pending)
"""


@dataclass(frozen=True)
class Scene:
    servers: Servers
    platform: Platform
    partners: Partners
    mails: list[Mail]
    observed: Observed

    async def flow(self, questions: int, *, a_second: float) -> None:
        """At a steady rate, each question until the broker has it."""
        async with asyncio.TaskGroup() as asking:
            for number in range(questions):
                asking.create_task(self.partners.ask(PARTNERS[number % len(PARTNERS)], number))
                await asyncio.sleep(1 / a_second)


@asynccontextmanager
async def scene(servers: Servers, *, code: Mapping[str, Path] | None = None) -> AsyncIterator[Scene]:
    """`code`: service → another checkout that it is run from."""
    mails: list[Mail] = []
    with throwaway_folder() as folder:
        async with running_mailbox(folder / "mails", mails.append) as mailbox:
            settings = {
                "SESAME_PARTNERS_FILE": str(write_partners(PARTNERS, folder)),
                "SESAME_LOG_LEVEL": "WARNING",
                "SESAME_KEY_BURST": "1000000",  # programs of load, not of partners
            }
            async with (
                running_platform(
                    folder, servers, smtp_port=mailbox.port, settings=settings, code=code
                ) as platform,
                partners(servers.amqp_url, PARTNERS) as made,
            ):
                yield Scene(servers, platform, made, mails, Observed())


async def until_quiet(scene: Scene) -> None:
    """Every question published, no outbox row left, every event counted."""
    for _ in range(int(QUIET_WITHIN_SECONDS / LOOK_SECONDS)):
        await scene.observed.read(scene.servers.amqp_url)
        if await _is_quiet(scene):
            return
        await asyncio.sleep(LOOK_SECONDS)
    seen = Counter(event["type"] for event in scene.observed.events.values())
    raise AssertionError(
        f"asked {scene.partners.asked}, seen {seen}, backlog {await _backlog(scene.servers)}"
    )


async def assert_nothing_was_lost_or_doubled(scene: Scene) -> None:
    assert_each_question_is_answered_and_published_once(scene)
    await assert_each_event_is_counted_once(scene)
    assert_no_asker_has_two_different_answers(scene)
    dead = await _dead_letters(scene.servers)
    assert not dead, dead


def assert_each_question_is_answered_and_published_once(scene: Scene) -> None:
    for wire, fields in (
        ("question.received.v1", {}),
        ("question.answered.v1", {}),
        ("question.published.v1", {"place": "asker"}),
    ):
        times = Counter(scene.observed.of(wire, **fields))
        assert len(times) == scene.partners.asked, wire
        assert set(times.values()) == {1}, wire


async def assert_each_event_is_counted_once(scene: Scene) -> None:
    counted = await _counted(scene.servers)
    assert set(counted) == _to_count(scene)
    assert set(counted.values()) == {1}


def assert_no_asker_has_two_different_answers(scene: Scene) -> None:
    """A mail sent twice, around a crash, bears the same Message-ID, so that mail programs show it once."""
    answers: dict[str, set[str]] = {}
    for mail in scene.mails:
        if mail.message["X-Sesame"] == "answer":
            answers.setdefault(mail.recipients[0], set()).add(str(mail.message["Message-ID"]))
    assert len(answers) == scene.partners.with_mail
    assert {len(ids) for ids in answers.values()} == {1}


async def _is_quiet(scene: Scene) -> bool:
    published = set(scene.observed.of("question.published.v1", place="asker"))
    return (
        len(published) == scene.partners.asked
        and await _backlog(scene.servers) == 0
        and set(await _counted(scene.servers)) == _to_count(scene)
    )


def _to_count(scene: Scene) -> set[str]:
    """The ids of all events but those for one service alone, which metrics does not hear."""
    apart = {fact.wire for fact in CONFIDENTIAL}
    return {id_ for id_, event in scene.observed.events.items() if event["type"] not in apart}


async def _backlog(servers: Servers) -> int:
    async with _database(servers) as db:
        return int(await db.fetchval(BACKLOG))


async def _counted(servers: Servers) -> Counter[str]:
    """Event id → how often it is in the log of counted facts."""
    async with _database(servers) as db:
        return Counter(str(row["event"]) for row in await db.fetch("SELECT event FROM metrics.log"))


@asynccontextmanager
async def _database(servers: Servers) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    db = await asyncpg.connect(servers.database_url)
    try:
        yield db
    finally:
        await db.close()


async def _dead_letters(servers: Servers) -> list[str]:
    """What died and why, so that a test that fails says so."""
    dead = []
    for service in topology.SERVICES:
        async with looking(servers.amqp_url, service) as (_, letters):
            dead += [f"{service}: {letter.routing_key}: {letter.reason}" for letter in letters]
    return dead
