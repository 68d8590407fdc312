"""Libraries are declared in pyproject.toml and locked, whole and by hash, in deploy/requirements."""

import re
import tomllib

import pytest

from devtools.checkout import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NEEDED: list[str] = PROJECT["project"]["dependencies"]
GROUPS: dict[str, list[str]] = PROJECT["dependency-groups"]
LOCKS = {"services": NEEDED, "develop": NEEDED + GROUPS["dev"], "learn": NEEDED + GROUPS["learn"]}
LOCKED = re.compile(r"^([a-z0-9.-]+)==(\S+)", re.MULTILINE)


def lock(name: str) -> str:
    return (ROOT / "deploy" / "requirements" / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", LOCKS)
def test_every_library_declared_is_locked(name: str) -> None:
    declared = {re.split(r"[\[<>=~ ;]", library)[0].lower() for library in LOCKS[name]}
    assert declared - dict(LOCKED.findall(lock(name))).keys() == set()


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_versions_and_hashes_and_no_address(name: str) -> None:
    for entry in re.split(r"\n(?=\S)", lock(name).strip()):
        assert re.match(LOCKED, entry), entry
        assert "--hash=sha256:" in entry
    assert "://" not in lock(name)


def test_tests_run_with_the_versions_that_are_shipped() -> None:
    assert dict(LOCKED.findall(lock("services"))).items() <= dict(LOCKED.findall(lock("develop"))).items()


def test_the_command_named_is_there() -> None:
    module, _, function = PROJECT["project"]["scripts"]["sesame"].partition(":")
    file = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    assert f"def {function}(" in file.read_text()
