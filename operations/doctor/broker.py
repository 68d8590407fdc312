"""What may be wrong with the broker. None of these changes anything."""

from __future__ import annotations

import re
import shlex
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import Any

from operations import handbook
from operations.addresses import Addresses
from operations.broker.counting import QueueCount, counts
from operations.broker.definitions import Json, definitions
from operations.broker.management import Management
from operations.doctor.findings import Finding, Grade
from operations.doctor.versions import OLDEST_RABBITMQ, at_least
from operations.partners.broker import partner_users
from services.contracts import topology

LONG_QUEUE = 1_000

EATS = (
    "max-length",
    "max-length-bytes",
    "message-ttl",
    "expires",
    "overflow",
    "dead-letter-exchange",
    "delivery-limit",
)
"""What a policy may say that loses messages, or sends them elsewhere."""

NOT_OURS = ("exchanges", "classic_queues", "streams")

BrokerCheck = Callable[[Management, Addresses], AsyncIterator[Finding]]


async def broker(management: Management, where: Addresses) -> AsyncIterator[Finding]:
    version = str((await management.overview())["rabbitmq_version"])
    yield Finding(at_least(version, OLDEST_RABBITMQ), "broker", f"RabbitMQ {version}, {management.vhost}")
    if alarms := await management.alarms():
        fix = handbook.on_broker(where.runs_in, "rabbitmq-diagnostics alarms")
        yield Finding(Grade.FAULT, "broker alarms", f"publishers are blocked: {alarms}; see {fix}")
    for node in await management.nodes():
        if not node.get("running"):
            yield Finding(Grade.FAULT, f"broker node {node['name']}", "does not run")


async def drift(management: Management, where: Addresses) -> AsyncIterator[Finding]:
    """The broker beside what the topology in code makes; what is there besides is nobody's fault."""
    wanted, found = definitions(management.vhost), await management.definitions()
    if not {user["name"] for user in wanted["users"]} & {user["name"] for user in found["users"]}:
        yield Finding(Grade.WARNING, "rights", "no service has a broker user of its own; fit for trying out")
        wanted |= {"permissions": [], "topic_permissions": []}
    missing = list(different(wanted, found))
    for kind, what in missing:
        fix = handbook.provision(where.runs_in)
        yield Finding(Grade.FAULT, f"topology: {kind}", f"{what} is missing or different: {fix}")
    if not missing:
        yield Finding(Grade.OK, "topology", "exchanges, queues, bindings and rights are those of the code")


def different(wanted: Json, found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(kind, name) of each wanted entry that the broker does not have as it should be."""
    for kind in ("exchanges", "queues", "bindings", "permissions", "topic_permissions"):
        there = found.get(kind, ())
        for entry in wanted[kind]:
            if not any(entry.items() <= other.items() for other in there):
                yield kind, _name(entry)


def _name(entry: Mapping[str, Any]) -> str:
    parts = (entry.get(key) for key in ("user", "name", "exchange", "source", "routing_key", "destination"))
    return " ".join(str(part) for part in parts if part)


async def policies(management: Management, where: Addresses) -> AsyncIterator[Finding]:
    """A policy is set in a second, by anybody with the right, and eats from then on without a word."""
    ours = [policy["name"] for policy in definitions(management.vhost)["policies"]]
    names = [*queue_names(), *(topology.partner_queue(each) for each in await partner_users(management))]
    found = 0
    for policy in await management.policies():
        touched = [name for name in names if re.search(policy["pattern"], name)]
        if policy["name"] in ours or policy.get("apply-to") in NOT_OURS or not touched:
            continue
        found += 1
        yield _policy(policy, touched, management.vhost, where)
    if not found:
        yield Finding(Grade.OK, "policies", "none touches our queues but our own")


def _policy(policy: Mapping[str, Any], touched: list[str], vhost: str, where: Addresses) -> Finding:
    eats = [key for key in policy["definition"] if key in EATS]
    clear = "clear_policy" if policy["kind"] == "policies" else "clear_operator_policy"
    command = shlex.join(["rabbitmqctl", clear, "-p", vhost, policy["name"]])
    fix = handbook.on_broker(where.runs_in, command)
    what = (
        f"{len(touched)} of our queues ({', '.join(touched[:3])}…)"
        if len(touched) > 3
        else ", ".join(touched)
    )
    said = f"{policy['definition']} on {what}"
    if not eats:
        return Finding(Grade.WARNING, f"policy {policy['name']}", said)
    return Finding(Grade.FAULT, f"policy {policy['name']}", f"{said}: messages are lost by it: {fix}")


def queue_names() -> list[str]:
    return [name for service in topology.SERVICES for name in (service, topology.dead_queue(service))]


async def queues(management: Management, where: Addresses) -> AsyncIterator[Finding]:
    partners = [topology.partner_queue(each) for each in await partner_users(management)]
    found = await counts(where.broker_url, [*queue_names(), *partners])
    for service in topology.SERVICES:
        yield _service_queue(service, found.get(service), where)
        dead = found.get(topology.dead_queue(service))
        if dead is not None and dead.messages:
            hint = handbook.operators(where.runs_in, f"dead-letters list {service}")
            yield Finding(Grade.WARNING, f"dead letters of {service}", f"{dead.messages}; see {hint}")
    for queue in partners:
        count = found.get(queue)
        if count is None:
            fix = handbook.operators(where.runs_in, f"partners add {queue.removeprefix('partner.')}")
            yield Finding(Grade.FAULT, f"queue {queue}", f"does not exist: {fix}")
        elif count.messages and not count.consumers:
            said = f"{count.messages} wait and no program is connected; write to the library"
            yield Finding(Grade.WARNING, f"queue {queue}", said)


def _service_queue(service: str, count: QueueCount | None, where: Addresses) -> Finding:
    what = f"queue {service}"
    if count is None:
        return Finding(Grade.FAULT, what, f"does not exist: {handbook.provision(where.runs_in)}")
    said = f"{count.messages} wait, {count.consumers} read"
    if not count.consumers:
        fix = handbook.restart(where.runs_in, service)
        return Finding(
            Grade.FAULT, what, f"nobody consumes it, {count.messages} wait; does the service run? {fix}"
        )
    if count.messages > LONG_QUEUE:
        return Finding(Grade.WARNING, what, f"{said}; see {handbook.log_of(where.runs_in, service)}")
    return Finding(Grade.OK, what, said)


OF_BROKER: Iterable[BrokerCheck] = (broker, drift, policies, queues)
