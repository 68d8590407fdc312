"""Gets missing server programs with apt, without letting their packages start any server of their own."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devtools.servers import rabbitmq
from devtools.servers.errors import MissingPiece
from devtools.servers.postgres import cluster

POLICY = Path("/usr/sbin/policy-rc.d")
MARK = "# by sesame"
LOCK = Path("/var/lock/sesame-packages")
UNITS = {
    "rabbitmq-server": ["rabbitmq-server.service"],
    "postgresql": ["postgresql.service"],
    "prometheus": ["prometheus.service"],
}


def provide(*, rabbitmq: bool, postgresql: bool) -> None:
    """Makes sure the programs asked for are there. MissingPiece says what to run where we may not install."""
    if not missing(rabbitmq=rabbitmq, postgresql=postgresql):
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise MissingPiece(_advice(missing(rabbitmq=rabbitmq, postgresql=postgresql)))
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two at once: the second finds everything there
        packages = missing(rabbitmq=rabbitmq, postgresql=postgresql)
        if packages:
            _install(packages)


def provide_program(program: str, package: str) -> str:
    """Where a program is that tests and benchmarks want, installed when that is allowed."""
    found = shutil.which(program)
    if found is not None:
        return found
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise MissingPiece(f"{program} is not installed here. Run: sudo apt-get install {package}")
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if shutil.which(program) is None:
            _install([package])
    return shutil.which(program) or program


def missing(*, rabbitmq: bool, postgresql: bool) -> list[str]:
    """The Debian packages that would bring what is not there."""
    return [
        *(["rabbitmq-server"] if rabbitmq and not _has_rabbitmq() else []),
        *(["postgresql"] if postgresql and cluster.find_binaries() is None else []),
    ]


def _has_rabbitmq() -> bool:
    return rabbitmq.find_server() is not None


def _advice(packages: list[str]) -> str:
    urls = {"rabbitmq-server": "SESAME_AMQP_URL", "postgresql": "SESAME_DATABASE_URL"}
    return (
        f"not installed here: {', '.join(packages)}. Run: sudo apt-get install --no-install-recommends"
        f" {' '.join(packages)}   or name a server in {' and '.join(urls[package] for package in packages)}"
    )


def _install(packages: list[str]) -> None:
    print(f"sesame: installing {' and '.join(packages)} (a minute)", file=sys.stderr, flush=True)
    with nothing_starts():
        if not _apt_get("install", *packages):
            _apt_get("update")
            if not _apt_get("install", *packages, show_errors=True):
                raise MissingPiece(f"apt-get could not install {' '.join(packages)}; see the lines above")
    _stay_off_after_a_reboot(packages)


def _apt_get(action: str, *packages: str, show_errors: bool = False) -> bool:
    options = ["-qq", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"]
    done = subprocess.run(
        ["apt-get", *options, action, *packages],
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=None if show_errors else subprocess.DEVNULL,
        check=False,
    )
    return done.returncode == 0


@contextmanager
def nothing_starts(policy: Path = POLICY) -> Iterator[None]:
    """Debian's switch against starting what was just installed. Ours goes quiet when our process is gone."""
    before = policy.with_name(f"{policy.name}.before-sesame")
    _put_back(policy, before)
    if policy.exists():
        policy.rename(before)
    policy.write_text(_policy_script(before))
    policy.chmod(0o755)
    try:
        yield
    finally:
        _put_back(policy, before)


def _policy_script(before: Path) -> str:
    lines = [
        "#!/bin/sh",
        MARK,
        f"[ -d /proc/{os.getpid()} ] && exit 101",
        f'[ -x {before} ] && exec {before} "$@"',
        "exit 0",
    ]
    return "\n".join(lines) + "\n"


def _put_back(policy: Path, before: Path) -> None:
    if policy.exists() and MARK in policy.read_text(errors="replace"):
        policy.unlink()
    if before.exists() and not policy.exists():
        before.rename(policy)


def _stay_off_after_a_reboot(packages: list[str]) -> None:
    """We brought the packages for our private servers; nobody asked for ones on the standard ports."""
    systemctl = shutil.which("systemctl")
    if systemctl is None:
        return
    units = [unit for package in packages for unit in UNITS.get(package, ())]
    subprocess.run([systemctl, "disable", "--quiet", *units], capture_output=True, check=False)
