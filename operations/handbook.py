"""The commands that mend something, as they are typed where this installation runs."""

from __future__ import annotations

from enum import StrEnum


class RunsIn(StrEnum):
    """`checkout`: beside the servers, with `./sesame`."""

    CHECKOUT = "checkout"
    COMPOSE = "compose"
    KUBERNETES = "kubernetes"


_OPERATOR = {
    RunsIn.CHECKOUT: "./sesame {command}",
    RunsIn.COMPOSE: "operator {command}",
    RunsIn.KUBERNETES: "deploy/kubernetes/operator {command}",
}
_SERVICE = {
    RunsIn.CHECKOUT: "./sesame {command}",
    RunsIn.COMPOSE: "compose exec -T {service} python -P -m operations.cli {command}",
    RunsIn.KUBERNETES: "kubectl -n sesame exec deploy/{service} -- python -P -m operations.cli {command}",
}
_RESTART = {
    RunsIn.CHECKOUT: "end {service} with SIGTERM and start it again",
    RunsIn.COMPOSE: "compose restart {service}",
    RunsIn.KUBERNETES: "kubectl -n sesame rollout restart deploy/{service}",
}
_LOG = {
    RunsIn.CHECKOUT: "its log",
    RunsIn.COMPOSE: "compose logs --tail 50 {service}",
    RunsIn.KUBERNETES: "kubectl -n sesame logs deploy/{service} --tail 50",
}
_PROVISION = {
    RunsIn.CHECKOUT: "start a service with SESAME_DECLARE_TOPOLOGY=true: it declares what is missing",
    RunsIn.COMPOSE: "compose run --rm provision",
    RunsIn.KUBERNETES: "kubectl -n sesame delete job provision;"
    " kubectl apply -k deploy/kubernetes/overlays/production",
}
_BROKER = {
    RunsIn.CHECKOUT: "{command}",
    RunsIn.COMPOSE: "compose exec -T rabbitmq {command}",
    RunsIn.KUBERNETES: "kubectl -n sesame exec rabbitmq-server-0 -- {command}",
}


def operators(where: RunsIn, command: str) -> str:
    return _OPERATOR[where].format(command=command)


def of_service(where: RunsIn, service: str, command: str) -> str:
    """A command that wants that service's own settings."""
    return _SERVICE[where].format(service=service, command=command)


def restart(where: RunsIn, service: str) -> str:
    return _RESTART[where].format(service=service)


def log_of(where: RunsIn, service: str) -> str:
    return _LOG[where].format(service=service)


def provision(where: RunsIn) -> str:
    return _PROVISION[where]


def on_broker(where: RunsIn, command: str) -> str:
    return _BROKER[where].format(command=command)
