import subprocess
from pathlib import Path

import pytest

from devtools.servers.packages import nothing_starts

DENIED = 101
ALLOWED = 0


def asked(policy: Path) -> int:
    """As invoke-rc.d asks before it starts a service."""
    return subprocess.run([policy, "postgresql", "start"], check=False).returncode


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    return tmp_path / "policy-rc.d"


def machines_own(policy: Path, status: int) -> str:
    policy.write_text(f"#!/bin/sh\nexit {status}\n")
    policy.chmod(0o755)
    return policy.read_text()


def test_no_service_starts_during_an_installation_and_nothing_stays_behind(policy: Path) -> None:
    with nothing_starts(policy):
        assert asked(policy) == DENIED
    assert list(policy.parent.iterdir()) == []


def test_a_policy_of_the_machine_comes_back_even_after_an_error(policy: Path) -> None:
    own = machines_own(policy, 104)
    with pytest.raises(OSError, match="no space"), nothing_starts(policy):
        raise OSError("no space left on device")
    assert policy.read_text() == own
    assert list(policy.parent.iterdir()) == [policy]


def test_a_policy_left_by_a_killed_installation_denies_nothing(policy: Path) -> None:
    machines_own(policy, 104)
    left_by_a_dead_process(policy)
    assert asked(policy) == 104


def test_the_next_installation_cleans_up_after_a_killed_one(policy: Path) -> None:
    own = machines_own(policy, 104)
    left_by_a_dead_process(policy)
    with nothing_starts(policy):
        assert asked(policy) == DENIED
    assert policy.read_text() == own


def left_by_a_dead_process(policy: Path) -> None:
    before = policy.with_name("policy-rc.d.before-sesame")
    with nothing_starts(policy):
        script = policy.read_text()
        own = before.read_text()
    machines_own(before, 0)
    before.write_text(own)
    policy.write_text(script.replace(f"/proc/{_our_pid(script)}", "/proc/4194305"))
    policy.chmod(0o755)


def _our_pid(script: str) -> str:
    return script.partition("/proc/")[2].partition(" ")[0]
