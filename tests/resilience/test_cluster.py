"""Three RabbitMQ nodes: the one that leads the queues is lost while questions flow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import pairwise

from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import AMQP_URL, running_servers
from services.contracts import topology
from tests.support.cluster import Cluster, Node, running_cluster
from tests.support.scene import Scene, assert_nothing_was_lost_or_doubled, scene, until_quiet

QUESTIONS, A_SECOND = 200, 50
FLOWS_AGAIN_SECONDS = 20.0
FLOWS_AGAIN_UNTOLD_SECONDS = 40.0
"""Where connections fall silent and don't end: services wait for three heartbeats, nodes for their tick."""


async def test_the_node_that_leads_is_killed_and_questions_flow_on() -> None:
    print(await lose_the_leader(QUESTIONS))


async def test_the_node_that_leads_vanishes_without_a_word_and_questions_flow_on() -> None:
    print(await lose_the_leader(QUESTIONS, Node.freeze, within_seconds=FLOWS_AGAIN_UNTOLD_SECONDS))


async def lose_the_leader(
    questions: int,
    lose: Callable[[Node], Awaitable[None]] = Node.kill,
    *,
    within_seconds: float = FLOWS_AGAIN_SECONDS,
) -> str:
    """What was seen, in a line."""
    with throwaway_folder() as folder:
        async with (
            running_cluster(folder) as cluster,
            running_servers(folder, environ={AMQP_URL: cluster.amqp_url}) as servers,
            scene(servers) as play,
        ):
            leaders = await cluster.leaders()
            assert {leaders[service] for service in topology.SERVICES} == {cluster.nodes[0].name}
            started = time.monotonic()
            await asyncio.gather(
                play.flow(questions, a_second=A_SECOND), _in_the_middle(lose, cluster, questions)
            )
            await until_quiet(play)
            took = time.monotonic() - started
            await assert_nothing_was_lost_or_doubled(play)
            silence = longest_silence(play)
            assert silence < within_seconds
            return f"{questions} questions in {took:.0f} s, nothing answered for {silence:.1f} s"


async def _in_the_middle(lose: Callable[[Node], Awaitable[None]], cluster: Cluster, questions: int) -> None:
    await asyncio.sleep(questions / A_SECOND / 3)
    await lose(cluster.nodes[0])


def longest_silence(play: Scene) -> float:
    """Seconds between two answers, at most: an answer has gone through the broker six times."""
    moments = sorted(datetime.fromisoformat(at) for at in play.observed.moments("question.answered.v1"))
    return max((later - earlier).total_seconds() for earlier, later in pairwise(moments))
