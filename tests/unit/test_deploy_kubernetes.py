"""What the objects for Kubernetes promise; `kubectl kustomize` builds them from these files."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from deploy.local.checkout import ROOT
from services.contracts import topology

BASE = ROOT / "deploy" / "kubernetes" / "base"
PRODUCTION = ROOT / "deploy" / "kubernetes" / "overlays" / "production"


def objects(kind: str) -> Iterator[Any]:
    for file in sorted(BASE.glob("*.yaml")):
        yield from (each for each in yaml.safe_load_all(file.read_text()) if each.get("kind") == kind)


@pytest.mark.parametrize("service", topology.SERVICES)
def test_each_service_is_probed_bounded_and_hardened(service: str) -> None:
    [deployment] = [each for each in objects("Deployment") if each["metadata"]["name"] == service]
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    assert {"startupProbe", "readinessProbe", "livenessProbe", "resources"} <= set(container)
    assert container["args"] == [f"services.{service}"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert deployment["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"]


def test_each_service_keeps_a_copy_while_nodes_are_emptied() -> None:
    budgets = {
        each["metadata"]["name"]: each["spec"]["maxUnavailable"] for each in objects("PodDisruptionBudget")
    }
    assert budgets == dict.fromkeys(topology.SERVICES, 1)


def test_each_service_has_its_own_secret_alone() -> None:
    for deployment in objects("Deployment"):
        volumes = deployment["spec"]["template"]["spec"]["volumes"]
        secrets = [volume["secret"]["secretName"] for volume in volumes if "secret" in volume]
        assert secrets == [f"sesame-{deployment['metadata']['name']}"]


def test_nothing_may_speak_with_anything_unless_it_is_written_down() -> None:
    [closed] = [each for each in objects("NetworkPolicy") if each["metadata"]["name"] == "nothing"]
    assert closed["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_every_service_is_scaled_by_its_own_queue() -> None:
    scaled = [
        each
        for each in yaml.safe_load_all((PRODUCTION / "scaling.yaml").read_text())
        if each["kind"] == "ScaledObject"
    ]
    queues = {
        each["metadata"]["name"]: each["spec"]["triggers"][0]["metadata"]["queueName"] for each in scaled
    }
    assert queues == {service: service for service in topology.SERVICES}
