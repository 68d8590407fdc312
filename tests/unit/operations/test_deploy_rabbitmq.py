"""The broker's definitions follow the topology in code, and give nobody more than needed."""

import re

from operations.broker.definitions import definitions, password_hash, user_name
from operations.broker.rights import partner_rights, service_rights
from services.contracts import topology
from services.contracts.catalogue import (
    DOES,
    FACTS,
    FORMER,
    FROM_COORDINATOR,
    FROM_PARTNERS,
    PRODUCERS,
    TO_COORDINATOR,
    TO_PARTNERS,
)


def test_each_fact_can_be_announced_by_its_producer_alone() -> None:
    for fact in FACTS:
        key = topology.routing_key(fact)
        able = [
            service
            for service in topology.SERVICES
            if re.match(service_rights(service).topics.get(topology.EVENTS, "^$"), key)
        ]
        assert able == [PRODUCERS[fact.wire]]


def test_each_word_to_partners_can_be_sent_by_exactly_one_service() -> None:
    for fact in TO_PARTNERS:
        key = topology.partner_key("lyon-2", fact)
        patterns = [service_rights(s).topics.get(topology.PARTNERS, "^$") for s in topology.SERVICES]
        assert sum(bool(re.match(pattern, key)) for pattern in patterns) == 1, fact.wire


def test_the_workspace_alone_may_ask_in_the_coordinators_name() -> None:
    for fact in (*FROM_COORDINATOR, *FORMER):
        key = topology.coordinator_key(fact)
        patterns = {s: service_rights(s).topics.get(topology.COORDINATOR, "^$") for s in topology.SERVICES}
        assert [service for service, pattern in patterns.items() if re.match(pattern, key)] == ["workspace"]
        for partner in ("lyon", "coordinator"):
            of_partner = partner_rights(partner).topics[topology.INBOX].replace("{username}", partner)
            assert not re.match(of_partner, key)


def test_each_request_of_the_coordinator_is_one_services_and_answered_by_those_alone() -> None:
    for fact in FROM_COORDINATOR:
        assert sum(fact in facts for facts in DOES.values()) == 1, fact.wire
    for fact in TO_COORDINATOR:
        key = topology.coordinator_key(fact)
        patterns = {s: service_rights(s).topics.get(topology.PARTNERS, "^$") for s in topology.SERVICES}
        able = {service for service, pattern in patterns.items() if re.match(pattern, key)}
        assert able == set(DOES)


def test_a_service_reads_its_own_queue_and_configures_nothing() -> None:
    for service in topology.SERVICES:
        rights = service_rights(service)
        readable = [s for s in topology.SERVICES if re.match(rights.read, s)]
        assert readable == [service]
        assert not re.match(rights.read, topology.dead_queue(service))
        assert rights.configure == "^$"


def test_a_partner_may_say_all_that_the_contract_offers() -> None:
    pattern = partner_rights("lyon").topics[topology.INBOX].replace("{username}", "lyon")
    assert all(re.match(pattern, topology.partner_key("lyon", fact)) for fact in FROM_PARTNERS)
    assert not any(re.match(pattern, topology.partner_key("lyon-2", fact)) for fact in FROM_PARTNERS)


def test_every_topic_exchange_that_is_writable_has_its_keys_bound() -> None:
    for rights in (*map(service_rights, topology.SERVICES), partner_rights("lyon")):
        writable = {name for name in topology.EXCHANGES if re.match(rights.write, name)}
        topics = {name for name in writable if topology.EXCHANGES[name] == "topic"}
        assert topics == set(rights.topics)


def test_users_of_services_can_not_be_taken_for_partners() -> None:
    assert all("." in user_name(service) for service in topology.SERVICES)


def test_no_password_stands_in_the_definitions() -> None:
    assert not any("password_hash" in user for user in definitions()["users"])


def test_the_password_hash_is_the_one_of_rabbitmqs_documentation() -> None:
    """rabbitmq.com/docs/passwords, "this is the algorithm": password test12, salt 908DC60A."""
    salt = bytes.fromhex("908DC60A")
    assert password_hash("test12", salt) == "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"
