"""`./sesame test --containers`: the installation of docs/operations.md on a real engine.

Needs a running Docker engine with compose (on Debian: apt-get install docker.io docker-compose) and, where no
image can be pulled, debootstrap and root. Takes about five minutes, most of it the first build.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx

from deploy.local.checkout import ROOT
from deploy.local.ports import LOOPBACK
from services.contracts import topology
from tests.containers import standins
from tests.containers.installation import Installation, installation, until

IMAGE = "sesame:local"
HEALTHY_SECONDS = 120.0
COPIES = {"ingest": 2, "router": 2, "notifier": 2}
OPERATOR = ("--profile", "operator", "run", "--rm", "-T", "operator")
TRIAL = ("--profile", "demo", "run", "--rm", "--no-deps", "-T", "demo", "deploy.operations.trial")


def main() -> int:
    step("base images", lambda: ", ".join(standins.provide()) or "all of them real")
    step("image", build)
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


def build() -> str:
    command = ["docker", "build", "-q", "--network", "host", "-f", "deploy/Dockerfile", "-t", IMAGE, "."]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    size = subprocess.run(
        ["docker", "image", "inspect", "-f", "{{.Size}}", IMAGE], capture_output=True, text=True, check=True
    )
    return f"{int(size.stdout) / 1e6:.0f} MB"


def come_up(place: Installation) -> str:
    place.run("--profile", "demo", "up", "-d", "--no-build", "--scale", "demo=0")
    return f"healthy after {_until_healthy(place):.0f} s more"


def _until_healthy(place: Installation) -> float:
    def healthy() -> bool:
        containers = [c for service in topology.SERVICES for c in place.containers(service)]
        return all(place.health(container) == "healthy" for container in containers)

    return until(healthy, "every service healthy", HEALTHY_SECONDS)


def pages_by_tls(place: Installation) -> str:
    """The proxy's own authority signs: the name is asked for, the certificate not checked."""
    for host, path in (("sesame", "/"), ("sesame", "/figures"), ("archive.sesame", "/")):
        name = f"{host}.localhost"
        with httpx.Client(verify=False, timeout=20) as http:
            answer = http.get(
                f"https://{LOOPBACK}:{place.https_port}{path}",
                headers={"host": name},
                extensions={"sni_hostname": name},
            )
        assert not answer.is_error, (name, path, answer.status_code)
    return ""


def nothing_else_is_open(place: Installation) -> str:
    listing = place.run("ps", "-q").split()
    form = "{{range $p, $b := .NetworkSettings.Ports}}{{if $b}}{{$p}} {{end}}{{end}}"
    command = ["docker", "inspect", "-f", form, *listing]
    ports = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert sorted(ports) == ["443/tcp", "80/tcp"], ports
    return ""


def hardened(place: Installation) -> str:
    """Not root, nothing writable but /tmp, no capability, no way to build anything."""
    program = "id -u; touch /opt/x 2>/dev/null || echo read-only; command -v gcc pip || echo no tools"
    for service in topology.SERVICES:
        said = place.run("exec", "-T", service, "sh", "-c", program).split("\n")
        assert said[:3] == ["10001", "read-only", "no tools"], said
    return ""


def demonstrate(place: Installation) -> str:
    return place.run(*TRIAL, "--questions", "50").strip().splitlines()[-1]


def a_partner_in_a_minute(place: Installation) -> str:
    sheet = place.run(*OPERATOR, "partners", "add", "lyon", "--name", "Bibliothèque de Lyon")
    password = next(line.split()[-1] for line in sheet.splitlines() if "Mot de passe" in line)
    tried = place.run(*OPERATOR, "partners", "try", "lyon", given=f"{password}\n".encode())
    assert "FAIL" not in tried, tried
    place.run(*OPERATOR, "partners", "suspend", "lyon")
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
        return len(targets) >= 7 and all(target["health"] == "up" for target in targets)

    until(all_up, "every Prometheus target up", 90)
    known = place.ask("http://prometheus:9090/api/v1/alertmanagers")["data"]["activeAlertmanagers"]
    assert len(known) == 1, known
    rules = place.ask("http://prometheus:9090/api/v1/rules")["data"]["groups"]
    return f"{sum(len(group['rules']) for group in rules)} rules"


def keep_everything(place: Installation) -> str:
    """Down without -v, up again: what was there is there, and flows on."""
    before = _counts(place)
    place.run("--profile", "demo", "down", "-t", "30")
    come_up(place)
    assert _counts(place) == before, (before, _counts(place))
    return demonstrate(place)


def restore_on_an_empty_machine(place: Installation) -> str:
    """The steps of docs/operations.md, "Back up and restore"."""
    place.run("stop", *topology.SERVICES)
    before = _counts(place)
    dump = place.take("exec", "-T", "postgres", "sh", "-c", _as_owner("pg_dump", "-Fc sesame"))
    broker = place.take(*OPERATOR, "broker", "save", "-")
    place.run("--profile", "demo", "--profile", "operator", "down", "-v", "-t", "5")
    come_up(place)
    place.run("stop", *topology.SERVICES)
    assert _counts(place) != before
    loading = _as_owner("pg_restore", "-d sesame --clean --if-exists")
    place.give(dump, "exec", "-T", "postgres", "sh", "-c", loading)
    place.give(broker, *OPERATOR, "broker", "load", "-")
    come_up(place)
    assert _counts(place) == before, (before, _counts(place))
    assert "lyon" in place.run(*OPERATOR, "partners", "list")
    return demonstrate(place)


def _counts(place: Installation) -> str:
    query = "SELECT (SELECT count(*) FROM router.question), (SELECT count(*) FROM notifier.delivery)"
    return place.run("exec", "-T", "postgres", "sh", "-c", _as_owner("psql", f'-d sesame -Atc "{query}"'))


def _as_owner(program: str, options: str) -> str:
    login = "-h 127.0.0.1 -U sesame"
    return f'PGPASSWORD="$(cat $POSTGRES_PASSWORD_FILE)" {program} {login} {options}'


STEPS: dict[str, Callable[[Installation], str]] = {
    "up": come_up,
    "pages by TLS": pages_by_tls,
    "only the proxy is open": nothing_else_is_open,
    "hardened": hardened,
    "demo: 50 questions": demonstrate,
    "a partner in a minute": a_partner_in_a_minute,
    "several copies": scale,
    "one of each killed while 300 questions flow": kill_one_of_each,
    "watched": watched,
    "down and up keep everything": keep_everything,
    "restored on an empty machine": restore_on_an_empty_machine,
}

if __name__ == "__main__":
    sys.exit(main())
