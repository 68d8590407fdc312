"""A new PostgreSQL cluster on disk: which binaries, which user, initdb."""

import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devtools.servers.errors import MissingPiece, ProcessEnded

SUPERUSER = "sesame"
SYSTEM_USER = "postgres"
DEBIAN_FOLDERS = Path("/usr/lib/postgresql")


def find_binaries() -> Path | None:
    """The folder with initdb and postgres: the newest major version of Debian's, else what is on PATH."""
    debian = sorted(DEBIAN_FOLDERS.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if debian:
        return debian[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def system_user() -> str | None:
    """Who runs the server: ourselves (None), or as root, which PostgreSQL refuses, its package's own user."""
    if os.geteuid() != 0:
        return None
    if not any(account.pw_name == SYSTEM_USER for account in pwd.getpwall()):
        raise MissingPiece(
            f"PostgreSQL can't run as root; make a user for it: useradd --system {SYSTEM_USER}"
        )
    return SYSTEM_USER


@dataclass(frozen=True)
class Cluster:
    """`folder` holds the cluster, its superuser's password and, while it is being made, an unfinished one."""

    folder: Path
    binaries: Path
    user: str | None

    @property
    def data(self) -> Path:
        return self.folder / "cluster"

    @property
    def password_file(self) -> Path:
        return self.folder / "password"

    @property
    def environment(self) -> dict[str, str]:
        """All of it, instead of what the caller has: a PG… of theirs would lead to their own server."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "HOME": str(self.folder)}

    def make(self, *, fsync: bool) -> None:
        """Once; appears in its place only when complete. Blocks for about half a second."""
        if self.data.exists():
            return
        self._prepare_folder()
        unfinished = self.folder / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._initdb(unfinished, fsync=fsync)
        unfinished.rename(self.data)

    def _prepare_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(secrets.token_hex(16))
        if self.user is not None:
            shutil.chown(self.folder, self.user)
            shutil.chown(self.password_file, self.user)

    def _initdb(self, target: Path, *, fsync: bool) -> None:
        done = subprocess.run(
            [self.binaries / "initdb", "-D", target, *self._options(fsync=fsync)],
            env=self.environment,
            cwd=self.folder,
            user=self.user,
            group=None if self.user is None else pwd.getpwnam(self.user).pw_gid,
            extra_groups=None if self.user is None else [],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ProcessEnded(f"initdb ended with status {done.returncode}: {done.stderr.strip()}")

    def _options(self, *, fsync: bool) -> Iterator[str]:
        yield f"--username={SUPERUSER}"
        yield f"--pwfile={self.password_file}"
        # A suite opens thousands of connections, and each would derive its key anew for milliseconds.
        yield f"--auth={'scram-sha-256' if fsync else 'md5'}"
        yield "--encoding=UTF8"
        yield "--locale=C.UTF-8"
        if not fsync:
            yield "--no-sync"
