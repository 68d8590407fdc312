"""What the installation's files promise, held without any engine."""

import json
import re
from pathlib import Path

import pytest
import yaml

from devtools.checkout import ROOT
from devtools.documents.settings_page import FILE, SERVICES
from operations.secrets import BROKER_BOUNDS, DOOR_BOUNDS, Places, lay_out
from services.chassis.settings import LEAST_KEY
from services.contracts import topology

COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
OF_OPENSSL = "SSL_CERT_FILE"
EXAMPLE = (ROOT / "deploy" / ".env.example").read_text()


def folders(place: Path) -> Path:
    for name in ("admin", *topology.SERVICES, "rabbitmq", "postgres", "grafana", "prometheus"):
        (place / name).mkdir()
    return place


def test_what_must_be_chosen_stands_in_the_example_and_nothing_else() -> None:
    needed = set(re.findall(r"\$\{(\w+)\}", (ROOT / "deploy" / "compose.yaml").read_text()))
    chosen = set(re.findall(r"^(\w+)=", EXAMPLE, re.MULTILINE))
    assert chosen - {"SESAME_TLS"} == needed


def test_what_the_operator_writes_goes_neither_into_git_nor_into_the_image() -> None:
    kept = {"deploy/.env", "deploy/own.yaml"}
    assert kept <= set((ROOT / ".dockerignore").read_text().splitlines())
    assert {".env", "deploy/own.yaml"} <= set((ROOT / ".gitignore").read_text().splitlines())


def test_files_of_ones_own_are_shown_with_containers_and_settings_that_exist() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    shown = [
        yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    ]
    known = FILE.read_text() + page
    for service, change in (pair for own in shown for pair in own["services"].items()):
        assert service in COMPOSE["services"]
        chosen = set(change.get("environment", ())) - {OF_OPENSSL}
        assert all(f"| `{name}` |" in known for name in chosen)
        assert set(change.get("networks", ())) <= set(COMPOSE["networks"])


def test_whoever_comes_while_a_service_restarts_waits_for_it() -> None:
    """And every copy gets its share: names are asked again and again."""
    proxied = re.split(r"\breverse_proxy\b", (ROOT / "deploy" / "Caddyfile").read_text())[1:]
    ours = [each for each in proxied if not each.lstrip().startswith("grafana:")]
    assert len(ours) == len(topology.SERVICES) - 1
    assert all("dynamic a " in each and "import waits" in each for each in ours)


def test_only_the_proxy_opens_ports() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]


def test_every_container_is_bounded_and_its_log_rotated() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}, name
        if service.get("restart") == "unless-stopped":
            assert "mem_limit" in service, name


def test_no_reader_of_secrets_gives_their_volume_what_its_own_image_has() -> None:
    """Compose 2 makes all containers before the one that fills the volumes has started, and the engine copies
    into one that is still empty what the image has there, and its owner: then nothing can be laid into it."""
    made = {volume.partition(":")[0] for volume in COMPOSE["services"]["secrets"]["volumes"]}
    for name, service in COMPOSE["services"].items():
        for volume, _, mount in (each.partition(":") for each in service.get("volumes", ())):
            if volume in made and name != "secrets":
                assert "nocopy" in mount.split(":")[-1].split(","), (name, volume)


def test_containers_write_nothing_and_have_no_capability() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else []), name


def test_a_browser_tells_grafanas_cookie_by_tls_alone() -> None:
    assert COMPOSE["services"]["grafana"]["environment"]["GF_SECURITY_COOKIE_SECURE"] == "true"


def test_keys_the_installation_makes_are_long_enough_for_every_service(tmp_path: Path) -> None:
    place = folders(tmp_path)
    lay_out(place, Places(), {})
    for name in ("sesame_link_secret", "sesame_sign_in_secret"):
        assert len((place / "notifier" / name).read_text()) >= LEAST_KEY


def test_every_container_that_stays_says_whether_it_is_well() -> None:
    for name, service in COMPOSE["services"].items():
        if service.get("restart") == "unless-stopped" and not service["image"].startswith("sesame:"):
            assert name == "prober" or service["healthcheck"]["test"], name


def test_prometheus_is_told_the_public_addresses(tmp_path: Path) -> None:
    place = folders(tmp_path)
    given = {"SESAME_DOMAIN": "s.example", "SESAME_PARTNER_AMQP_URL": "amqps://broker.s.example"}
    lay_out(place, Places(), given)
    assert json.loads((place / "prometheus" / "pages.json").read_text()) == [
        {"targets": [f"https://{name}s.example" for name in ("", "archive.", "grafana.", "workspace.")]}
    ]
    door = json.loads((place / "prometheus" / "partner-door.json").read_text())
    assert door == [{"targets": ["broker.s.example:5671"]}]


@pytest.mark.parametrize(
    ("given", "targets"),
    [
        ({}, ["rabbitmq:15692"]),
        ({"SESAME_AMQP_PLACE": "amqps://mq.s.example:5671"}, ["mq.s.example:15692"]),
        ({"SESAME_AMQP_METRICS_PLACE": "mq1:15692, mq2:15692"}, ["mq1:15692", "mq2:15692"]),
    ],
)
def test_prometheus_watches_the_broker_that_is_used(
    tmp_path: Path, given: dict[str, str], targets: list[str]
) -> None:
    place = folders(tmp_path)
    lay_out(place, Places.from_environment(given), {})
    assert json.loads((place / "prometheus" / "broker.json").read_text()) == [{"targets": targets}]
    jobs = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
    asked = {each["job_name"]: each.get("file_sd_configs") for each in jobs}
    assert asked["rabbitmq"] == asked["rabbitmq_node"] == [{"files": ["/targets/broker.json"]}]


def test_the_page_tells_what_a_broker_of_ones_own_must_be_set_to() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    assert "\n".join([*BROKER_BOUNDS, *DOOR_BOUNDS]) in page


def test_a_renewed_link_key_leaves_the_old_one_behind_it(tmp_path: Path) -> None:
    place = folders(tmp_path)
    lay_out(place, Places(), {})
    old = json.loads((place / "admin" / "passwords.json").read_text())
    lay_out(place, Places(), {}, ["link", "router"])
    new = json.loads((place / "admin" / "passwords.json").read_text())
    assert new["link"].endswith(f",{old['link']}")
    assert new["router"] != old["router"]
    assert {name for name in old if old[name] != new[name]} == {"link", "router"}


def test_each_variable_that_compose_gives_is_one_a_service_knows() -> None:
    for service, kind in SERVICES.items():
        known = {f"SESAME_{field.upper()}" for field in kind.model_fields}
        shared = set(COMPOSE["x-settings"])
        own = set(COMPOSE["services"][service]["environment"]) - shared
        assert own <= known, service
    everything = {f"SESAME_{f.upper()}" for kind in SERVICES.values() for f in kind.model_fields}
    assert set(COMPOSE["x-settings"]) <= everything


def test_a_secret_once_made_stays(tmp_path: Path) -> None:
    place = folders(tmp_path)
    lay_out(place, Places(), {})
    first = json.loads((place / "admin" / "passwords.json").read_text())
    lay_out(place, Places(database="db.example.org:5432", query="sslmode=verify-full"), {})
    assert json.loads((place / "admin" / "passwords.json").read_text()) == first
    url = (place / "router" / "sesame_database_url").read_text()
    assert url.endswith("@db.example.org:5432/sesame?sslmode=verify-full")


def test_no_service_gets_the_secret_of_another(tmp_path: Path) -> None:
    place = folders(tmp_path)
    lay_out(place, Places(), {"SESAME_SMTP_PASSWORD": "of-the-relay"})
    passwords = json.loads((place / "admin" / "passwords.json").read_text())
    for service in topology.SERVICES:
        held = " ".join(file.read_text() for file in (place / service).iterdir())
        foreign = {passwords[other] for other in topology.SERVICES if other != service}
        assert not any(secret in held for secret in (*foreign, passwords["rabbitmq"], passwords["postgres"]))
        assert ("of-the-relay" in held) == (service == "notifier")


def test_the_door_for_partners_is_there_only_when_asked_for(tmp_path: Path) -> None:
    place = folders(tmp_path)
    door = place / "rabbitmq" / "20-amqps.conf"
    lay_out(place, Places(), {"SESAME_AMQPS": "on"})
    lines = door.read_text().splitlines()
    assert {"listeners.ssl.default = 5671", "connection_max = 2000", "handshake_timeout = 5000"} <= set(lines)
    lay_out(place, Places(), {})
    assert not door.exists()


def test_secrets_are_readable_for_their_owner_alone(tmp_path: Path) -> None:
    place = folders(tmp_path)
    lay_out(place, Places(), {})
    for service in (*topology.SERVICES, "admin"):
        assert all(file.stat().st_mode & 0o077 == 0 for file in (place / service).iterdir())
