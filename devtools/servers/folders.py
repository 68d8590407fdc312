"""Where private servers keep their data: a folder of ours that nobody else works in at the same time."""

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psutil

from devtools.servers.errors import FolderInUse
from operations.errors import OperationError

PREFIX = "sesame-"
OWNER = "owner.lock"
SWEEP_AFTER_SECONDS = 60.0
SHARED_STATE = Path("/var/lib/sesame")
MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30
"""Bytes of memory for two servers and the databases of a suite; as many stay free for its programs."""

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")
LIMIT_AND_USAGE = (
    ("memory.max", "memory.current"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes"),
)
"""Of a control group, of version 2 and 1."""


def is_reachable(folder: Path) -> bool:
    """Whether the servers can work there: as root, PostgreSQL runs as another user, who must get through."""
    if os.geteuid() != 0:
        return True
    existing = (parent for parent in folder.absolute().parents if parent.exists())
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in existing)


@contextmanager
def throwaway_folder(*, in_memory: bool = False) -> Iterator[Path]:
    """A new folder for the time of the block. Sweeps what a killed predecessor left behind.

    `in_memory`: where there is plenty of it. The 900 files of a database take a quarter of the time there.
    """
    if in_memory:
        sweep(MEMORY)
    place = MEMORY if in_memory and has_room(MEMORY) else _temporary_place()
    sweep(place)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    folder.chmod(0o711)
    try:
        with _owned(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def kept_folder(wanted: Path) -> Iterator[Path]:
    """`wanted`, or, where the servers' user can't reach it (a checkout under /root), one that belongs to it.

    FolderInUse when another process is in it.
    """
    folder = wanted if is_reachable(wanted) else _substitute(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    with _owned(folder):
        yield folder


def _substitute(wanted: Path) -> Path:
    name = hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:12]
    return SHARED_STATE / name


def has_room(memory: Path, needed: int = ROOM) -> bool:
    """Whether servers may keep so many bytes in this folder of memory; a container's is often small."""
    if not (memory.is_dir() and os.access(memory, os.W_OK) and is_reachable(memory / "any")):
        return False
    return shutil.disk_usage(memory).free >= needed and free_memory() >= 2 * needed


def free_memory(cgroups: Path = CGROUPS, own: Path = OWN_CGROUPS) -> int:
    """Bytes: of the machine, or of a container's control group, where what lies in memory counts against its
    limit. What can't be read limits nothing."""
    rooms = [psutil.virtual_memory().available]
    for group in _groups(cgroups, own):
        for limit, usage in LIMIT_AND_USAGE:
            with suppress(OSError, ValueError):  # v2 says `max` where there is none
                most, used = (int((group / name).read_text()) for name in (limit, usage))
                rooms += [max(0, most - used)] if most >= 0 else []
    return min(rooms)


def _groups(cgroups: Path, own: Path) -> Iterator[Path]:
    """Ours and those around it, as cgroups(7) has them; a container sees its own one as the root, nearly
    always."""
    lines = []
    with suppress(OSError):
        lines = [line.split(":", 2) for line in own.read_text(errors="replace").splitlines()]
    paths = [line[2].strip("/") for line in lines if len(line) == 3 and line[1] in ("", "memory")]
    for mount in (cgroups, cgroups / "memory"):
        yield mount
        for path in paths:
            inner = mount / path
            yield from (group for group in (inner, *inner.parents) if mount in group.parents)


def _temporary_place() -> Path:
    places = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]
    for place in places:
        if is_reachable(place / "any"):
            return place
    raise OperationError(
        f"no temporary folder that PostgreSQL's user can reach among {', '.join(map(str, places))}"
    )


@contextmanager
def _owned(folder: Path) -> Iterator[None]:
    with (folder / OWNER).open("a+") as lock:
        if not _lock(lock):
            lock.seek(0)
            raise FolderInUse(
                f"{folder} is in use by process {lock.read().strip() or '?'}; stop that one first"
            )
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def sweep(place: Path) -> None:
    """Removes folders of processes of ours that were killed."""
    for folder in place.glob(f"{PREFIX}*/{OWNER}"):
        if _is_orphan(folder):
            shutil.rmtree(folder.parent, ignore_errors=True)


def _is_orphan(lock_path: Path) -> bool:
    """The lock of a folder goes with its process; a young one may not have been taken yet."""
    try:
        about = lock_path.stat()
        if about.st_uid != os.geteuid() or time.time() - about.st_mtime < SWEEP_AFTER_SECONDS:
            return False
        with lock_path.open() as lock:
            return _lock(lock)
    except OSError:  # gone in the meantime
        return False
