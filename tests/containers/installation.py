"""One installation with compose, in a project and on ports of its own, gone with the block."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from devtools.checkout import ROOT
from devtools.servers.ports import LOOPBACK, free_port

COMPOSE_FILE = ROOT / "deploy" / "compose.yaml"
AMQPS_FILE = ROOT / "deploy" / "compose.amqps.yaml"
OPERATOR_COMMAND = ("--profile", "operator", "run", "--rm", "-T", "operator")
OPERATOR = 10001
"""Who our containers run as."""
EXAMPLE = ROOT / "deploy" / ".env.example"


class Installation:
    def __init__(self, project: str, settings: Path, https_port: int) -> None:
        self._project = project
        self._settings = settings
        self._files = [COMPOSE_FILE]
        self.https_port = https_port

    @property
    def _command(self) -> list[str]:
        files = [part for file in self._files for part in ("-f", str(file))]
        return [*_compose(), "-p", self._project, *files, "--env-file", str(self._settings)]

    @property
    def edge(self) -> str:
        """Name of the network that the proxy and what goes out are in."""
        return f"{self._project}_edge"

    @property
    def folder(self) -> Path:
        return self._settings.parent

    def choose(self, *lines: str) -> None:
        """In `.env`, from the next `up` on."""
        self._settings.write_text(self._settings.read_text() + "".join(f"{line}\n" for line in lines))

    def open_amqps(self, certificate: Path, port: int) -> None:
        self.choose(f"SESAME_AMQPS_CERTIFICATE={certificate}", f"SESAME_AMQPS_PORT={LOOPBACK}:{port}")
        self.add_file(AMQPS_FILE)

    def add_file(self, file: Path) -> None:
        """Named behind the others, from the next `up` on."""
        self._files.append(file)

    def choose_recipient(self) -> None:
        """That of the key which the page's step before has made."""
        self.choose((self.folder / "key.txt").read_text().splitlines()[-1].removeprefix("# "))

    def follow(self, steps: str) -> str:
        """Steps of docs/operations.md, with its two names; each must end with 0. Gives what they printed."""
        compose = shlex.join(self._command)
        names = f"""compose() {{ {compose} "$@"; }}
            operator() {{ compose --profile operator run --rm -T operator "$@"; }}"""
        command = ["bash", "-euo", "pipefail", "-c", f"{names}\n{steps}"]
        done = subprocess.run(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
        if done.returncode != 0:
            raise AssertionError(f"{steps}\n{done.stdout}")
        return done.stdout

    def run(self, *arguments: str, given: str = "", check: bool = True) -> str:
        """What compose printed; an error with all of it when it failed. `given`: to its standard input."""
        command = [*self._command, *arguments]
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=600, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"compose {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The same, while we do something else."""
        return subprocess.Popen([*self._command, *arguments], stdout=subprocess.PIPE, text=True)

    def containers(self, service: str) -> list[str]:
        return self.run("ps", "-q", service).split()

    def health(self, container: str) -> str:
        state = _inspect(container)["State"]
        return str(state.get("Health", {}).get("Status", state["Status"]))

    def kill(self, container: str) -> None:
        """SIGKILL, as when the machine loses power; compose's restart policy does not bring it back."""
        subprocess.run(["docker", "kill", container], check=True, capture_output=True)

    def start_again(self, container: str) -> None:
        subprocess.run(["docker", "start", container], check=True, capture_output=True)

    def query(self, statement: str) -> str:
        """As the database's owner."""
        login = "-h 127.0.0.1 -U sesame -d sesame"
        command = f'PGPASSWORD="$(cat $POSTGRES_PASSWORD_FILE)" psql {login} -At'
        return self.run("exec", "-T", "postgres", "sh", "-c", command, given=statement)

    def ask(self, url: str) -> Any:
        """JSON from inside the network, where nothing is open to the outside."""
        program = f"import urllib.request; print(urllib.request.urlopen({url!r}).read().decode())"
        return json.loads(self.run("exec", "-T", "ingest", "python", "-c", program))


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    https_port = free_port()
    settings = folder / "env"
    ports = f"SESAME_HTTP_PORT={LOOPBACK}:{free_port()}\nSESAME_HTTPS_PORT={LOOPBACK}:{https_port}\n"
    network = f"SESAME_EDGE_NETWORK=10.{secrets.randbelow(200) + 20}.{secrets.randbelow(256)}.0/24\n"
    backups = folder / "backups"
    backups.mkdir(mode=0o700)
    os.chown(backups, OPERATOR, OPERATOR)
    settings.write_text(f"{EXAMPLE.read_text()}{ports}{network}SESAME_BACKUPS={backups}\n")
    deploy = folder / "deploy"  # the page speaks from the root of a checkout
    deploy.mkdir()
    for file in (ROOT / "deploy").iterdir():
        (deploy / file.name).symlink_to(file)
    (folder / "examples").symlink_to(ROOT / "examples")
    (deploy / ".env").unlink(missing_ok=True)
    (deploy / ".env").symlink_to(settings)
    found = Installation(f"sesame-test-{secrets.token_hex(3)}", settings, https_port)
    try:
        yield found
    finally:
        found.run("--profile", "demo", "--profile", "operator", "down", "-v", "-t", "5", check=False)


def until(condition: Callable[[], bool], what: str, within_seconds: float) -> float:
    """Seconds it took."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > within_seconds:
            raise AssertionError(f"{what}: not within {within_seconds:.0f} s")
        time.sleep(0.5)
    return time.monotonic() - started


def _compose() -> list[str]:
    return ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]


def _inspect(container: str) -> Any:
    done = subprocess.run(["docker", "inspect", container], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)[0]
