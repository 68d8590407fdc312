"""Every query of every panel is asked of a real Prometheus, or of PostgreSQL, fed by the running services.

One platform for the whole module: what is under test are the queries, which change nothing.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import aio_pika
import asyncpg
import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from devtools.checkout import ROOT
from devtools.dashboards.answers import Sources
from devtools.dashboards.boards import BOARDS
from devtools.dashboards.draw import draw
from devtools.dashboards.panels import Query
from devtools.documents.metrics_catalogue import catalogue
from devtools.servers.folders import throwaway_folder
from devtools.servers.mailbox import running_mailbox
from devtools.servers.packages import provide_program
from devtools.servers.platform import Platform, running_platform
from devtools.servers.ports import free_port
from devtools.servers.processes import Child
from devtools.servers.servers import Servers, running_servers
from services.contracts import topology
from tests.support import metrics_facts as made
from tests.support.waiting import PATIENCE_SECONDS

PROMETHEUS = ROOT / "deploy" / "prometheus"
PARTNER = "bpi"
VARIABLES = {"$service": ".*", "$partner": PARTNER, "$__range": "1h"}
LIVES, ROUNDS = 5, 4
IDLE = {
    "sesame_dead_letters_total",
    "sesame_forwarded_unbelieved_total",
    "sesame_ingest_mails_total",
    "sesame_ingest_posts_total",
    "sesame_ingest_scanner_up",
    "sesame_ingest_scans_total",
    "sesame_ingest_channel_up",
    "sesame_channel_token_good",
    "sesame_deliveries_doubled_total",
    "sesame_deliveries_waiting",
    "sesame_deliveries_oldest_seconds",
}
"""Families whose labels appear with their first event, and which nothing here causes."""


class Watched:
    """The running platform, and the Prometheus that watches it."""

    def __init__(self, platform: Platform, prometheus: httpx.AsyncClient, database_url: str) -> None:
        self.platform = platform
        self.prometheus = prometheus
        self.database_url = database_url

    async def ask(self, query: Query) -> list[float]:
        """The numbers that the query gives now."""
        return await (self._ask_database(query) if query.sql else self._ask_prometheus(query))

    async def answer(self, query: Query) -> list[float]:
        """The numbers of the query once it gives any: a rate has none before its series was read twice."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            numbers = await self.ask(query)
            if not all(math.isnan(number) for number in numbers):
                return numbers
            await asyncio.sleep(0.3)
        pytest.fail(f"no answer to {query.text}")

    async def _ask_prometheus(self, query: Query) -> list[float]:
        answer = await self.prometheus.get("/api/v1/query", params={"query": filled_in(query.text)})
        assert answer.is_success, answer.text
        return [float(series["value"][1]) for series in answer.json()["data"]["result"]]

    async def _ask_database(self, query: Query) -> list[float]:
        db = await asyncpg.connect(self.database_url)
        try:
            return [float(len(row)) for row in await db.fetch(filled_in(query.text))]
        finally:
            await db.close()


def filled_in(text: str) -> str:
    for name, value in VARIABLES.items():
        text = text.replace(name, value)
    return text


@pytest.fixture(scope="module")
def watched() -> Iterator[tuple[asyncio.Runner, Watched]]:
    with asyncio.Runner() as runner, throwaway_folder() as folder:
        stack = AsyncExitStack()
        try:
            yield runner, runner.run(stack.enter_async_context(_watched(folder)))
        finally:
            runner.run(stack.aclose())


@asynccontextmanager
async def _watched(folder: Path) -> AsyncIterator[Watched]:
    async with AsyncExitStack() as stack:
        servers = await stack.enter_async_context(running_servers(folder, fsync=False, environ={}))
        mailbox = await stack.enter_async_context(running_mailbox(folder / "mail"))
        platform = await stack.enter_async_context(
            running_platform(folder, servers, smtp_port=mailbox.port, settings=settings(folder))
        )
        prometheus = await stack.enter_async_context(_prometheus(folder, platform, servers))
        watched = Watched(platform, prometheus, platform.environment("metrics")["SESAME_DATABASE_URL"])
        await _live_a_little(servers.amqp_url, watched)
        yield watched


def settings(folder: Path) -> dict[str, str]:
    partners = folder / "partners.yaml"
    reach = {"way": "queue", "address": f"partner.{PARTNER}"}
    partners.write_text(yaml.safe_dump([{"id": PARTNER, "name": "Bpi", "reach": reach, "languages": ["en"]}]))
    return {"SESAME_PARTNERS_FILE": str(partners), "SESAME_METRICS_FOLD_SECONDS": "0.1"}


@asynccontextmanager
async def _prometheus(folder: Path, platform: Platform, servers: Servers) -> AsyncIterator[httpx.AsyncClient]:
    port = free_port()
    configuration = folder / "prometheus.yml"
    configuration.write_text(yaml.safe_dump(_configuration(platform, servers, port)))
    child = Child(
        name="Prometheus",
        argv=[
            provide_program("prometheus", "prometheus"),
            f"--config.file={configuration}",
            f"--storage.tsdb.path={folder / 'series'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        env={},
        log=folder / "prometheus.log",
        cwd=ROOT,
    )
    child.start()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_SECONDS) as client:
            await child.until(lambda: _is_ready(client), PATIENCE_SECONDS)
            yield client
    finally:
        await child.stop(10)


def _configuration(platform: Platform, servers: Servers, own_port: int) -> dict[str, object]:
    """The one of deploy/prometheus with the addresses of this run, scraped every second."""
    configuration = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    configuration["rule_files"] = [str(PROMETHEUS / "rules" / "*.yml")]
    assert servers.rabbitmq is not None
    broker = [{"targets": [f"127.0.0.1:{servers.rabbitmq.metrics_port}"]}]
    addresses = {
        "sesame": [
            {"targets": [f"127.0.0.1:{platform.doors(service).ops}"], "labels": {"service": service}}
            for service in topology.SERVICES
        ],
        "rabbitmq": broker,
        "rabbitmq_node": broker,
        "prometheus": [{"targets": [f"127.0.0.1:{own_port}"]}],
    }
    jobs = [job for job in configuration["scrape_configs"] if job["job_name"] in addresses]
    configuration["scrape_configs"] = jobs
    for job in jobs:
        job.pop("dns_sd_configs", None)
        job.pop("file_sd_configs", None)
        job.pop("relabel_configs", None)
        job["static_configs"] = addresses[job["job_name"]]
    return dict(configuration)


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/-/ready")).is_success
    except httpx.TransportError:
        return False


async def _live_a_little(amqp_url: str, watched: Watched) -> None:
    """Questions in several rounds, each seen by Prometheus: a rate needs two readings that differ."""
    for counted in range(1, ROUNDS + 1):
        await _publish_lives(amqp_url)
        await watched.answer(Query(f"max(sesame_partner_questions_answered_total) >= {counted * LIVES}"))
    await watched.answer(Query("sum(increase(sesame_questions_answered_total[1h])) > 0"))
    await watched.answer(Query("count(rabbitmq_detailed_queue_consumers) > 0"))
    await watched.answer(Query("sum(sesame_delivery_attempts_total) > 0"))


async def _publish_lives(amqp_url: str) -> None:
    lately = (datetime.now(UTC) - made.MONDAY) // timedelta(hours=1) - 24  # panels show the last months
    connection = await aio_pika.connect(amqp_url)
    async with connection:
        exchange = await (await connection.channel()).get_exchange(topology.EVENTS)
        for _ in range(LIVES):
            for event in made.life(uuid4(), made.facets("form", lately, subject="histoire"), PARTNER):
                letter = made.letter(event)
                await exchange.publish(aio_pika.Message(letter.body, delivery_mode=2), letter.routing_key)


QUERIES = [
    pytest.param(query, id=f"{board.uid}: {panel.title} {at}")
    for board in BOARDS
    for panel in board.panels
    for at, query in enumerate(panel.queries)
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_panels_query_is_right_and_answers(watched: tuple[asyncio.Runner, Watched], query: Query) -> None:
    runner, platform = watched
    assert runner.run(platform.answer(query))


def test_no_alert_fires_while_all_is_well(watched: tuple[asyncio.Runner, Watched]) -> None:
    runner, platform = watched
    firing = 'ALERTS{alertstate="firing", severity!="watchdog"}'
    answer = runner.run(platform.prometheus.get("/api/v1/query", params={"query": firing}))
    assert [alert["metric"] for alert in answer.json()["data"]["result"]] == []


def test_prometheus_takes_the_rules_without_an_error(watched: tuple[asyncio.Runner, Watched]) -> None:
    runner, platform = watched
    groups = runner.run(platform.prometheus.get("/api/v1/rules")).json()["data"]["groups"]
    assert len(groups) == 5
    assert [rule["lastError"] for group in groups for rule in group["rules"] if rule.get("lastError")] == []


@pytest.mark.parametrize("service", topology.SERVICES)
def test_a_service_shows_what_the_catalogue_says_and_nothing_else(
    watched: tuple[asyncio.Runner, Watched], service: str
) -> None:
    runner, platform = watched
    known = {entry.name for entry in catalogue() if entry.source in ("every", service)}
    assert runner.run(_families_with(known - IDLE, platform.platform, service)) <= known


async def _families_with(wanted: set[str], platform: Platform, service: str) -> set[str]:
    """All that are shown, once the wanted ones are: another service may not have come so far yet."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if wanted <= (shown := await _families(platform, service)):
            return shown
        await asyncio.sleep(0.3)
    pytest.fail(f"{service} never showed {sorted(wanted - shown)}")


async def _families(platform: Platform, service: str) -> set[str]:
    """Names as Prometheus stores them, where they have a sample."""
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
        text = (await client.get(platform.doors(service).ops_url("/metrics"))).text
    return {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in text_string_to_metric_families(text)
        if family.name.startswith("sesame_") and not family.name.endswith("_created")
    }


def test_every_dashboard_can_be_drawn_from_its_own_queries(
    watched: tuple[asyncio.Runner, Watched], tmp_path: Path
) -> None:
    runner, platform = watched
    sources = Sources(platform.prometheus, platform.database_url, 1, {"partner": PARTNER})
    runner.run(draw(sources, tmp_path))
    assert {path.stem for path in tmp_path.glob("*.png")} == {board.uid for board in BOARDS}
