from services.contracts import topology
from services.contracts.catalogue import CONFIDENTIAL, FACTS, PRODUCERS


def test_every_fact_has_one_producer_and_is_counted() -> None:
    assert set(PRODUCERS) == {fact.wire for fact in FACTS}
    assert set(topology.HEARS["metrics"]) == set(FACTS) - CONFIDENTIAL


def test_what_is_confidential_is_heard_by_one_service_alone() -> None:
    for fact in CONFIDENTIAL:
        assert sum(fact in facts for facts in topology.HEARS.values()) == 1


def test_no_service_hears_itself() -> None:
    for service, facts in topology.HEARS.items():
        assert all(PRODUCERS[fact.wire] != service for fact in facts)


def test_routing_keys_bear_no_version_and_no_id() -> None:
    assert [key for key in map(topology.routing_key, FACTS) if key.count(".") != 1] == []
