"""`./sesame test --containers`: the installation of docs/operations.md on a real engine.

Needs a running Docker engine with compose (on Debian: apt-get install docker.io docker-compose) and, where no
image can be pulled, debootstrap and root. Takes about fifteen minutes. Steps of the page are taken from it.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import aiormq

from devtools.servers.ports import LOOPBACK, free_port
from services.contracts import topology
from tests.containers import standins
from tests.containers.image import build, list_materials
from tests.containers.in_hand import hand_out, still_serves
from tests.containers.installation import OPERATOR_COMMAND, Installation, installation, until
from tests.containers.page import blocks
from tests.containers.pages import own_logo, pages_by_tls
from tests.containers.pins import pin_and_renew
from tests.containers.woken import pages_of, somebody_woken
from tests.support.authority import Authority

HEALTHY_SECONDS = 120.0
ALERT_SECONDS = 330.0
WOKEN_SECONDS = 60.0
GONE = {"SesameServiceDown", "SesameServiceMissing"}
"""Which of the two depends on whether the engine's DNS still knows a container that was stopped."""
BESIDE = ("rabbitmq", "postgres", "proxy", "prometheus", "alertmanager", "grafana", "prober")
COPIES = {"ingest": 2, "router": 2, "notifier": 2}
TRIAL = ("--profile", "demo", "run", "--rm", "--no-deps", "-T", "demo", "operations.trial")


def main() -> int:
    step("base images", lambda: ", ".join(standins.provide()) or "all of them here")
    with tempfile.TemporaryDirectory() as folder:
        step("pinned by digest", partial(pin_and_renew, Path(folder)))
    step("image", build)
    step("bill of materials", list_materials)
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder)) as place:
        try:
            for what, act in STEPS.items():
                step(what, partial(act, place))
        except AssertionError:
            print(place.run("logs", "--no-color", "--tail", "20", check=False))
            raise
    return 0


def step(what: str, act: Callable[[], str]) -> None:
    print(f"{what} … ", end="", flush=True)
    started = time.monotonic()
    said = act()
    print(f"ok, {time.monotonic() - started:.0f} s{': ' if said else ''}{said}", flush=True)


def come_up(place: Installation) -> str:
    place.run("--profile", "demo", "up", "-d", "--no-build", "--scale", "demo=0")
    return f"healthy after {_until_healthy(place):.0f} s more"


def _until_healthy(place: Installation) -> float:
    def healthy() -> bool:
        containers = [c for service in topology.SERVICES for c in place.containers(service)]
        return all(place.health(container) == "healthy" for container in containers)

    return until(healthy, "every service healthy", HEALTHY_SECONDS)


def nothing_else_is_open(place: Installation) -> str:
    listing = place.run("ps", "-q").split()
    form = "{{range $p, $b := .NetworkSettings.Ports}}{{if $b}}{{$p}} {{end}}{{end}}"
    command = ["docker", "inspect", "-f", form, *listing]
    ports = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert sorted(ports) == ["443/tcp", "80/tcp"], ports
    return ""


def hardened(place: Installation) -> str:
    """Nothing can be written but volumes and /tmp; nobody is root but the proxy, who has one capability."""
    program = "id -u; touch /etc/x 2>/dev/null || echo read-only; grep CapEff /proc/self/status"
    for service in (*topology.SERVICES, *BESIDE):
        uid, written, capabilities = place.run("exec", "-T", service, "sh", "-c", program).strip().split("\n")
        assert (uid == "0") == (service == "proxy"), (service, uid)
        assert written == "read-only", service
        assert int(capabilities.split()[1], 16) in ((0, 1 << 10) if service == "proxy" else (0,)), service
    return ""


def follow_the_page(place: Installation) -> str:
    """What an operator looks at first."""
    look = [*blocks("Install with containers")[1:2], *blocks("Addresses"), *blocks("What is wrong here?")[1:]]
    said = place.follow("\n".join(look))
    until(lambda: "log level is DEBUG" in place.run("logs", "router"), "the router says more", 20)
    place.follow(blocks("What is wrong here?")[1])
    return f"{said.count('ok    ')} findings of the doctor, all well"


def demonstrate(place: Installation) -> str:
    return place.run(*TRIAL, "--questions", "50").strip().splitlines()[-1]


def a_partner_in_a_minute(place: Installation) -> str:
    sheet = place.run(*OPERATOR_COMMAND, "partners", "add", "lyon", "--name", "Bibliothèque de Lyon")
    password = next(line.split()[-1] for line in sheet.splitlines() if "Mot de passe" in line)
    tried = place.run(*OPERATOR_COMMAND, "partners", "try", "lyon", given=f"{password}\n")
    assert "FAIL" not in tried, tried
    place.run(*OPERATOR_COMMAND, "partners", "suspend", "lyon")
    return f"{tried.count('ok  ')} trials"


def scale(place: Installation) -> str:
    options = [part for name, count in COPIES.items() for part in ("--scale", f"{name}={count}")]
    place.run("up", "-d", "--no-build", "--no-recreate", *options)
    _until_healthy(place)
    return ", ".join(f"{name} ×{len(place.containers(name))}" for name in COPIES)


def kill_one_of_each(place: Installation) -> str:
    """While questions flow. The trial itself counts: each answered once, each answer sent once."""
    trial = place.start(*TRIAL, "--questions", "300", "--rest", "0.2", "--patience", "240")
    time.sleep(6)
    for service in (*topology.SERVICES, "rabbitmq", "postgres"):
        container = place.containers(service)[0]
        place.kill(container)
        time.sleep(1)
        place.start_again(container)
        time.sleep(2)
    said, _ = trial.communicate(timeout=400)
    last = said.strip().splitlines()[-1]
    assert trial.returncode == 0, last
    return last


def watched(place: Installation) -> str:
    def all_up() -> bool:
        targets = place.ask("http://prometheus:9090/api/v1/targets")["data"]["activeTargets"]
        return len(targets) >= 10 and all(target["health"] == "up" for target in targets)

    until(all_up, "every Prometheus target up", 90)
    rules = place.ask("http://prometheus:9090/api/v1/rules")["data"]["groups"]
    return f"{sum(len(group['rules']) for group in rules)} rules"


def alerts(place: Installation) -> str:
    """Alertmanager hears that the router is gone, wakes somebody, and hears that it is back."""

    def firing() -> set[str]:
        found = place.ask("http://alertmanager:9093/api/v2/alerts?active=true")
        return {each["labels"]["alertname"] for each in found if each["labels"].get("service") == "router"}

    assert not firing() & GONE
    with somebody_woken(place, place.folder):
        place.run("stop", "router")
        fired = until(lambda: bool(firing() & GONE), "the alert fires", ALERT_SECONDS)
        until(lambda: bool(pages_of(place, "router") & GONE), "somebody is woken", WOKEN_SECONDS)
        said = ", ".join(firing() & GONE)
        place.run("start", "router")
        cleared = until(lambda: not firing() & GONE, "the alert clears", ALERT_SECONDS)
    return f"{said} fired after {fired:.0f} s and woke somebody, cleared after {cleared:.0f} s"


def keep_everything(place: Installation) -> str:
    """Down without -v, up again: what was there is there, and flows on."""
    before = _counts(place)
    place.run("--profile", "demo", "down", "-t", "30")
    come_up(place)
    assert _counts(place) == before, (before, _counts(place))
    return demonstrate(place)


def mended_by_the_doctors_word(place: Installation) -> str:
    """Each command that it prints is typed as it stands."""
    eats = ("set_policy", "-p", "sesame", "eats", "^metrics$", '{"max-length": 1}')
    place.run("exec", "-T", "rabbitmq", "rabbitmqctl", "-q", *eats)
    place.run("stop", "metrics")
    said = place.run(*OPERATOR_COMMAND, "doctor", check=False)
    fixes = sorted(set(re.findall(r"compose (?:exec|restart|run) .*$", said, re.MULTILINE)))
    assert {fix.split()[1] for fix in fixes} == {"exec", "restart"}, said
    place.follow("\n".join(fixes))
    place.run(*OPERATOR_COMMAND, "doctor", "--wait", "60")
    return "; ".join(fixes)


def restore_on_an_empty_machine(place: Installation) -> str:
    making_key, _, saving, restoring = blocks("Back up and restore")
    place.follow(making_key)
    place.choose_recipient()
    held = hand_out(place)
    before = _counts(place)
    place.follow(saving)
    place.run("--profile", "demo", "--profile", "operator", "down", "-v", "-t", "5")
    come_up(place)
    assert _counts(place) != before
    place.follow(restoring)
    assert _counts(place) == before, (before, _counts(place))
    assert "lyon" in place.run(*OPERATOR_COMMAND, "partners", "list")
    return f"{still_serves(place, held)}; {demonstrate(place)}"


def upgrade(place: Installation) -> str:
    return place.follow(blocks("Upgrade")[0]).strip().splitlines()[-1]


def partner_by_amqps(place: Installation) -> str:
    with tempfile.TemporaryDirectory() as folder:
        authority, port = Authority(Path(folder) / "authority"), free_port()
        authority.make()
        door = Path(folder) / "certificate"
        door.mkdir()
        (door / "fullchain.pem").write_bytes(authority.server_certificate.read_bytes())
        (door / "privkey.pem").write_bytes(authority.server_key.read_bytes())
        for path in (Path(folder), door, door / "privkey.pem"):
            path.chmod(0o755)
        place.open_amqps(door, port)
        come_up(place)
        place.run(*OPERATOR_COMMAND, "partners", "resume", "lyon")
        password = place.run(*OPERATOR_COMMAND, "partners", "rotate", "lyon", "--only", "broker").split()[-1]
        url = f"amqps://lyon:{password}@{LOOPBACK}:{port}/sesame?cafile={authority.certificate}"
        assert asyncio.run(_connects(url))
    return ""


async def _connects(url: str) -> bool:
    connection = await aiormq.connect(url)
    await connection.close()
    return True


def _counts(place: Installation) -> str:
    return place.query(
        "SELECT (SELECT count(*) FROM router.question), (SELECT count(*) FROM notifier.delivery)"
    )


STEPS: dict[str, Callable[[Installation], str]] = {
    "up": come_up,
    "pages by TLS": pages_by_tls,
    "only the proxy is open": nothing_else_is_open,
    "hardened": hardened,
    "the page's first steps": follow_the_page,
    "demo: 50 questions": demonstrate,
    "a partner in a minute": a_partner_in_a_minute,
    "several copies": scale,
    "one of each killed while 300 questions flow": kill_one_of_each,
    "watched": watched,
    "an alert fires and clears": alerts,
    "mended by the doctor's word": mended_by_the_doctors_word,
    "down and up keep everything": keep_everything,
    "restored on an empty machine": restore_on_an_empty_machine,
    "upgraded": upgrade,
    "a logo of the network's own": lambda place: own_logo(place, come_up),
    "a partner by AMQPS": partner_by_amqps,
}

if __name__ == "__main__":
    sys.exit(main())
