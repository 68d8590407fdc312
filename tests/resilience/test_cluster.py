"""Three RabbitMQ nodes: the one that leads the queues is killed while questions flow."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from itertools import pairwise

from deploy.local.folders import throwaway_folder
from deploy.local.servers import AMQP_URL, running_servers
from services.contracts import topology
from tests.resilience.cluster import Cluster, running_cluster
from tests.resilience.scene import Scene, assert_nothing_was_lost_or_doubled, scene, until_quiet

QUESTIONS, A_SECOND = 200, 50
FLOWS_AGAIN_SECONDS = 20.0


async def test_the_node_that_leads_is_killed_and_questions_flow_on() -> None:
    print(await lose_the_leader(QUESTIONS))


async def lose_the_leader(questions: int) -> str:
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
                play.flow(questions, a_second=A_SECOND), _kill_in_the_middle(cluster, questions)
            )
            await until_quiet(play)
            took = time.monotonic() - started
            await assert_nothing_was_lost_or_doubled(play)
            silence = longest_silence(play)
            assert silence < FLOWS_AGAIN_SECONDS
            return f"{questions} questions in {took:.0f} s, nothing answered for {silence:.1f} s"


async def _kill_in_the_middle(cluster: Cluster, questions: int) -> None:
    await asyncio.sleep(questions / A_SECOND / 3)
    await cluster.nodes[0].kill()


def longest_silence(play: Scene) -> float:
    """Seconds between two answers, at most: an answer has gone through the broker six times."""
    moments = sorted(datetime.fromisoformat(at) for at in play.observed.moments("question.answered.v1"))
    return max((later - earlier).total_seconds() for earlier, later in pairwise(moments))
