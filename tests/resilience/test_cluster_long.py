"""As test_cluster.py, for as long as a cluster needs to show what it forgets."""

from __future__ import annotations

from tests.resilience.test_cluster import lose_the_leader

QUESTIONS = 2_000


async def test_two_thousand_questions_outlive_the_node_that_leads() -> None:
    print(await lose_the_leader(QUESTIONS))
