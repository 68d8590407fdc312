"""A Debian 13 in a folder, to run the checkout on the next generation of servers and of Python.

Made once with debootstrap. The command runs in it with namespaces of its own for mounts and processes:
whatever it leaves behind is gone when it ends.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from devtools.checkout import ROOT
from devtools.servers.folders import SHARED_STATE
from devtools.servers.packages import provide_program
from operations.errors import OperationError

SUITE = "trixie"
ARCHIVE = "http://deb.debian.org/debian"
PLACE = SHARED_STATE / "debian-13"
PACKAGES = (
    "ca-certificates",
    "git",
    "openssl",
    "postgresql",
    "prometheus",
    "python3",
    "python3-venv",
    "rabbitmq-server",
    "util-linux",
)
BROUGHT = (
    "/etc/resolv.conf",
    "/etc/pip.conf",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/xdg/pip/constraints.txt",
)
"""How this machine reaches the network and its index, and whom it trusts."""
CHECKOUT = "/sesame"
NOBODY_STARTS = "#!/bin/sh\nexit 101\n"
INSIDE = """
set -eu
mount --bind "$1" "$2$3"
mount --rbind /dev "$2/dev"
mount -t proc proc "$2/proc"
mount -t tmpfs -o mode=1777 tmp "$2/tmp"
place=$2 checkout=$3
shift 3
cd "$place"
exec chroot "$place" sh -c 'cd "$0" && exec ./sesame "$@"' "$checkout" "$@"
"""


def run_there(arguments: Sequence[str]) -> NoReturn:
    """In our place: `./sesame ARGUMENTS` in the folder."""
    if os.geteuid() != 0:
        raise OperationError("test --debian13: mounting needs root; run: sudo ./sesame test --debian13")
    if not PLACE.exists():
        _make(PLACE)
    _bring(PLACE)
    isolated = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation=private"]
    inside = ["sh", "-c", INSIDE, "sh", str(ROOT), str(PLACE), CHECKOUT, *arguments]
    os.execvpe(isolated[0], [*isolated, *inside], _environment())


def _make(place: Path) -> None:
    """Appears in its place only when complete."""
    debootstrap = provide_program("debootstrap", "debootstrap")
    unfinished = place.with_name(f"{place.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    print(f"sesame: making {place} (some minutes)", flush=True)
    _run(debootstrap, "--variant=minbase", SUITE, str(unfinished), ARCHIVE)
    policy = unfinished / "usr/sbin/policy-rc.d"
    policy.write_text(NOBODY_STARTS)
    policy.chmod(0o755)
    _bring(unfinished)
    apt = ("chroot", str(unfinished), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq")
    _run(*apt, "update")
    _run(*apt, "install", "-y", "--no-install-recommends", *PACKAGES)
    (unfinished / CHECKOUT.lstrip("/")).mkdir()
    unfinished.rename(place)


def _bring(place: Path) -> None:
    for name in BROUGHT:
        source, target = Path(name), place / name.lstrip("/")
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copy(source, target)


def _run(*command: str) -> None:
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:]
        raise OperationError(f"{' '.join(command[:2])}: {''.join(last) or done.returncode}")


def _environment() -> dict[str, str]:
    """A login's, and how pip is told to work; the environment for Python stays in the folder."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SESAME_TEST_"))}
    usual = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
    return {**kept, **usual, "LANG": "C.UTF-8", "SESAME_VENV": "/var/lib/sesame-venv"}
