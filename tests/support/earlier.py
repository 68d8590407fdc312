"""The code of each service as it was before its newest migration, out of the history of this checkout."""

from __future__ import annotations

import subprocess
import tarfile
import tomllib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from devtools.checkout import ROOT
from services.contracts import topology


def earlier_code(folder: Path) -> Mapping[str, Path]:
    """Service → a checkout of the last commit before its newest migration that today's libraries can run, and
    whose migrations are all among today's; none where the history ends before."""
    found = {}
    for service in topology.SERVICES:
        commit = _before_newest_migration(service)
        if commit is not None and _git("ls-tree", "--name-only", commit, f"services/{service}/"):
            found[service] = _unpacked(commit, folder / commit)
    return found


def newest_migration(service: str) -> Path:
    files = (ROOT / "services" / service / "migrations").glob("*.sql")
    return max(file for file in files if not file.name.endswith(".rollback.sql"))


def _before_newest_migration(service: str) -> str | None:
    added = _git("log", "--diff-filter=A", "--format=%H", "--", str(newest_migration(service))).split()
    if not added:
        return None
    before = _git("log", "--format=%H", "--skip=1", added[-1]).split()
    installed = _libraries("HEAD")
    known = _migrations("HEAD", service)
    return next(
        (
            commit
            for commit in before
            if _libraries(commit) <= installed and _migrations(commit, service) <= known
        ),
        None,
    )


def _migrations(commit: str, service: str) -> set[str]:
    return set(_git("ls-tree", "--name-only", commit, f"services/{service}/migrations/").split())


def _libraries(commit: str) -> set[str]:
    """What that code needs: one library that is no longer installed, and it could not start here. Code from
    before pyproject.toml said so needs one that is gone."""
    project = tomllib.loads(_git("show", f"{commit}:pyproject.toml"))["project"]
    return set(project.get("dependencies", ["yoyo-migrations"]))


def _unpacked(commit: str, place: Path) -> Path:
    if not place.exists():
        archive = subprocess.run(
            ["git", "archive", commit, "services"], cwd=ROOT, capture_output=True, check=True
        )
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
            tar.extractall(place, filter="data")
    return place


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout
