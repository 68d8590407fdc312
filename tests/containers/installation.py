"""One installation with compose, in a project and on ports of its own, gone with the block."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.local.checkout import ROOT
from deploy.local.ports import LOOPBACK, free_port

COMPOSE_FILE = ROOT / "deploy" / "compose.yaml"
EXAMPLE = ROOT / "deploy" / ".env.example"


class Installation:
    def __init__(self, project: str, settings: Path, https_port: int) -> None:
        self._command = [*_compose(), "-p", project, "-f", str(COMPOSE_FILE), "--env-file", str(settings)]
        self.https_port = https_port

    def run(self, *arguments: str, given: bytes = b"", check: bool = True) -> str:
        """What compose printed; an error with all of it when it failed."""
        return self._run(arguments, given, check=check).decode()

    def give(self, data: bytes, *arguments: str) -> None:
        self._run(arguments, data, check=True)

    def take(self, *arguments: str) -> bytes:
        return self._run(arguments, b"", check=True)

    def _run(self, arguments: Sequence[str], data: bytes, *, check: bool) -> bytes:
        command = [*self._command, *arguments]
        done = subprocess.run(command, input=data, capture_output=True, timeout=600, check=False)
        if check and done.returncode != 0:
            said = (done.stdout + done.stderr).decode(errors="replace")
            raise AssertionError(f"compose {' '.join(arguments)}: {said}")
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
    settings.write_text(EXAMPLE.read_text() + ports + network)
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
