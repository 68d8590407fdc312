"""What the objects for Kubernetes promise; `kubectl kustomize` builds them from these files."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from ipaddress import IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from devtools.checkout import ROOT
from devtools.documents.settings_page import SERVICES
from operations.secrets import CONNECTIONS, HANDSHAKE_MILLISECONDS
from services.contracts import topology

SCHEMAS = json.loads((Path(__file__).parents[1] / "standards" / "kubernetes-1.37.json").read_text())
OF_OPERATORS = (
    "rabbitmq.com/",
    "postgresql.cnpg.io/",
    "keda.sh/",
    "kustomize.config.k8s.io/",
    "gateway.networking.k8s.io/",
    "cert-manager.io/",
    "monitoring.coreos.com/",
)
"""Whose schemas are not at hand here."""

PRIVATE_4 = ("10.0.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.0.1", "100.64.0.1", "0.0.0.0")
PRIVATE_6 = ("::1", "fd00::1", "fe80::1", "64:ff9b::a00:1")
MOUNTED = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
"""What `restricted` of Kubernetes' Pod Security Standards lets a pod mount."""
BASE = ROOT / "deploy" / "kubernetes" / "base"
COMPONENTS = ROOT / "deploy" / "kubernetes" / "components"
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
    assert budgets == dict.fromkeys((*topology.SERVICES, "sesame-rabbitmq"), 1)


def test_each_service_has_its_own_secret_alone() -> None:
    for deployment in objects("Deployment"):
        volumes = deployment["spec"]["template"]["spec"]["volumes"]
        secrets = [volume["secret"]["secretName"] for volume in volumes if "secret" in volume]
        name = deployment["metadata"]["name"]
        assert secrets == ["sesame-admin" if name == "operator" else f"sesame-{name}"]


def test_files_of_ones_own_are_there_for_whoever_reads_the_settings() -> None:
    """A service that is told of a logo and has no such file does not start, nor a backup of an authority."""
    pods = [(each, each["spec"]["template"]["spec"]) for each in objects("Deployment")]
    pods += [(each, each["spec"]["jobTemplate"]["spec"]["template"]["spec"]) for each in objects("CronJob")]
    has, told = set(), set()
    for owner, pod in pods:
        name, container = owner["metadata"]["name"], pod["containers"][0]
        own = [each for each in pod["volumes"] if each.get("configMap", {}).get("name") == "sesame-own"]
        assert all(each["configMap"]["optional"] for each in own)
        if own and any(each["mountPath"] == "/own" for each in container["volumeMounts"]):
            has.add(name)
        if {"configMapRef": {"name": "sesame"}} in container.get("envFrom", ()):
            told.add(name)
    assert has == told >= {*SERVICES, "operator", "backup"}


def test_whatever_compose_lets_be_said_is_said_here_too() -> None:
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["x-settings"]
    settings = dict(
        line.split("=", 1)
        for line in (BASE / "settings.env").read_text().splitlines()
        if line and not line.startswith("#")
    )
    assert set(compose) - {"SESAME_LOG_LEVEL"} <= set(settings)
    known = {f"SESAME_{field.upper()}" for kind in SERVICES.values() for field in kind.model_fields}
    assert set(settings) <= known | {"SESAME_BACKUP_RECIPIENTS"}


def test_nothing_may_speak_with_anything_unless_it_is_written_down() -> None:
    [closed] = [each for each in objects("NetworkPolicy") if each["metadata"]["name"] == "nothing"]
    assert closed["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def policies(*services: str) -> Iterator[Any]:
    """What these may speak to, beside names and themselves."""
    for each in objects("NetworkPolicy"):
        for one in each["spec"]["podSelector"].get("matchExpressions", []):
            if set(one["values"]) & set(services):
                yield from each["spec"].get("egress", [])


def test_no_service_reaches_a_private_network_or_the_brokers_management() -> None:
    rules = list(policies(*topology.SERVICES))
    assert all("to" in rule for rule in rules)
    assert not any(port["port"] == 15672 for rule in rules for port in rule["ports"])
    outside = [to["ipBlock"] for rule in rules for to in rule["to"] if "ipBlock" in to]
    assert {block["cidr"] for block in outside} == {"0.0.0.0/0", "::/0"}
    for block in outside:
        kept = [ip_network(network) for network in block["except"]]
        private = PRIVATE_6 if ":" in block["cidr"] else PRIVATE_4
        assert all(any(ip_address(each) in network for network in kept) for each in private)


def test_no_policy_excepts_what_an_api_server_refuses() -> None:
    """It takes `::ffff:0:0/96` for IPv4, which is no part of `::/0`, and refuses the policy whole. What a
    program sends to such an address goes out as IPv4, where the other block holds."""
    blocks = [
        block
        for each in objects("NetworkPolicy")
        for rule in (*each["spec"].get("egress", ()), *each["spec"].get("ingress", ()))
        for peer in (*rule.get("to", ()), *rule.get("from", ()))
        if (block := peer.get("ipBlock")) is not None
    ]
    networks: list[tuple[Any, Any]] = [
        (ip_network(block["cidr"]), ip_network(each)) for block in blocks for each in block.get("except", ())
    ]
    assert networks
    for whole, part in networks:
        assert part.subnet_of(whole)
        assert not (isinstance(part, IPv6Network) and part[-1].ipv4_mapped)


def test_no_pod_fills_the_disk_of_its_node() -> None:
    for file in sorted(BASE.glob("*.yaml")):
        for each in re.findall(r"emptyDir: (.*)", file.read_text()):
            assert "sizeLimit" in each, file.name


def test_the_broker_is_bounded_as_in_containers() -> None:
    [cluster] = objects("RabbitmqCluster")
    lines = set(cluster["spec"]["rabbitmq"]["additionalConfig"].splitlines())
    assert {f"connection_max = {CONNECTIONS}", f"handshake_timeout = {HANDSHAKE_MILLISECONDS}"} <= lines


def test_every_service_is_scaled_by_its_own_queue() -> None:
    scaled = [
        each
        for each in yaml.safe_load_all((PRODUCTION / "scaling.yaml").read_text())
        if each["kind"] == "ScaledObject"
    ]
    triggers = {each["metadata"]["name"]: each["spec"]["triggers"][0] for each in scaled}
    assert {name: trigger["metadata"]["queueName"] for name, trigger in triggers.items()} == {
        service: service for service in topology.SERVICES
    }
    # By AMQP, as that service: the statistics of the management API end with RabbitMQ 4.
    assert {trigger["metadata"]["protocol"] for trigger in triggers.values()} == {"amqp"}
    assert {trigger["authenticationRef"]["name"] for trigger in triggers.values()} == set(topology.SERVICES)


def test_no_copies_are_fixed_where_they_are_scaled() -> None:
    for deployment in objects("Deployment"):
        assert ("replicas" in deployment["spec"]) == (deployment["metadata"]["name"] == "operator")


def test_a_database_that_is_away_kills_no_service_that_starts() -> None:
    for deployment in objects("Deployment"):
        for container in deployment["spec"]["template"]["spec"]["containers"]:
            if "startupProbe" in container:
                assert container["startupProbe"]["httpGet"]["path"] == "/live"


def test_every_pod_of_ours_is_as_the_strictest_profile_wants() -> None:
    [namespace] = objects("Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for each in (*objects("Deployment"), *objects("Job"), *objects("CronJob")):
        spec = each["spec"].get("jobTemplate", each)["spec"]["template"]["spec"]
        assert spec["securityContext"]["runAsNonRoot"]
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
        assert {kind for volume in spec["volumes"] for kind in volume} <= {"name", *MOUNTED}
        for container in spec["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def kind_of(thing: Any) -> str:
    """The name of its schema: `io.k8s.api.apps.v1.Deployment`."""
    group, _, version = thing["apiVersion"].rpartition("/")
    return f"io.k8s.api.{(group or 'core').partition('.')[0]}.{version}.{thing['kind']}"


def assert_valid(things: Iterator[Any]) -> int:
    """By Kubernetes' own schemas, which allow no field they don't know. How many there were."""
    number = 0
    for thing in things:
        if not thing["apiVersion"].startswith(OF_OPERATORS):
            schema = {"$ref": f"#/$defs/{kind_of(thing)}", **SCHEMAS}
            jsonschema.Draft202012Validator(schema).validate(thing)
            number += 1
    return number


def test_every_object_obeys_the_schemas_of_kubernetes() -> None:
    there = sorted((*BASE.glob("*.yaml"), *COMPONENTS.glob("*/*.yaml")))
    files = [file for file in there if file.name != "kustomization.yaml"]
    assert assert_valid(each for file in files for each in yaml.safe_load_all(file.read_text())) > 20


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl")
@pytest.mark.parametrize("overlay", ["small", "production"])
def test_what_kustomize_builds_obeys_them_too(overlay: str) -> None:
    command = ["kubectl", "kustomize", str(PRODUCTION.parent / overlay)]
    built = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert assert_valid(yaml.safe_load_all(built)) > 20


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl")
@pytest.mark.parametrize("overlay", ["small", "production"])
def test_every_component_fits_the_overlay_and_lands_in_its_namespace(tmp_path: Path, overlay: str) -> None:
    place = os.path.relpath(COMPONENTS.parent, tmp_path.resolve())
    names = sorted(folder.name for folder in COMPONENTS.iterdir())
    whole = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [f"{place}/overlays/{overlay}"],
        "components": [f"{place}/components/{name}" for name in names],
    }
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(whole))
    command = ["kubectl", "kustomize", "--load-restrictor=LoadRestrictionsNone", str(tmp_path)]
    built = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    homeless = [each for each in yaml.safe_load_all(built) if each["metadata"].get("namespace") != "sesame"]
    assert [each["kind"] for each in homeless] == ["Namespace"]
    kinds = [each["kind"] for each in yaml.safe_load_all(built)]
    assert {"Gateway", "HTTPRoute", "ServiceMonitor", "PrometheusRule", "Certificate"} <= set(kinds)
    assert "Ingress" not in kinds
    assert_valid(yaml.safe_load_all(built))


def test_a_field_that_kubernetes_does_not_know_is_found() -> None:
    [first, *_] = objects("Deployment")
    first["spec"]["replica"] = 2
    with pytest.raises(jsonschema.ValidationError, match="replica"):
        assert_valid(iter([first]))
