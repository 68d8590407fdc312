import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devtools.checkout import ROOT
from devtools.servers.errors import FolderInUse
from devtools.servers.folders import (
    OWNER,
    PREFIX,
    free_memory,
    has_room,
    is_reachable,
    kept_folder,
    sweep,
    throwaway_folder,
)
from devtools.servers.ports import FIRST, LAST, free_port
from devtools.servers.secrets import kept_secret, role_password


def test_a_throwaway_folder_is_gone_after_its_block() -> None:
    with throwaway_folder() as folder:
        (folder / "file").write_text("data")
        assert is_reachable(folder / "cluster")
    assert not folder.exists()


def test_servers_live_in_memory_only_where_there_is_plenty(tmp_path: Path) -> None:
    with throwaway_folder() as folder:
        assert has_room(folder, needed=1)
        assert not has_room(folder, needed=2**50)
    assert not has_room(tmp_path / "none", needed=1)
    with throwaway_folder(in_memory=True) as folder:
        assert is_reachable(folder / "cluster")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("own", "place", "limit", "usage", "free"),
    [
        ("0::/", "", ("memory.max", "5000\n"), ("memory.current", "1000\n"), 4000),
        ("0::/sesame/inner", "sesame", ("memory.max", "5000"), ("memory.current", "6000"), 0),
        ("4:memory:/a/b", "memory/a/b", ("memory.limit_in_bytes", "90"), ("memory.usage_in_bytes", "1"), 89),
        ("4:memory:/gone", "memory", ("memory.limit_in_bytes", "90"), ("memory.usage_in_bytes", "1"), 89),
        ("0::/", "", ("memory.max", "max"), ("memory.current", "1000"), None),
        ("0::/", "", ("memory.max", "-1"), ("memory.current", "1000"), None),
        ("no such line\0", "", ("memory.max", "5000"), ("memory.stat", "1000"), None),
        ("0::/\0", "", ("memory.max", ""), ("memory.current", "x"), None),
    ],
)
def test_memory_is_no_more_than_the_control_group_has_left(
    tmp_path: Path, own: str, place: str, limit: tuple[str, str], usage: tuple[str, str], free: int | None
) -> None:
    (tmp_path / "own").write_text(own)
    (group := tmp_path / "cgroup" / place).mkdir(parents=True)
    for name, figure in (limit, usage):
        (group / name).write_text(figure)
    found = free_memory(tmp_path / "cgroup", tmp_path / "own")
    assert found == free if free is not None else found > 2**20
    assert free_memory(tmp_path / "none", tmp_path / "none") > 2**20


def test_the_second_in_a_kept_folder_is_told_who_is_there() -> None:
    with throwaway_folder() as folder:
        with (
            kept_folder(folder / "kept"),
            pytest.raises(FolderInUse, match=f"in use by process {os.getpid()}"),
            kept_folder(folder / "kept"),
        ):
            pass
        with kept_folder(folder / "kept") as again:
            assert again == folder / "kept"


def test_only_folders_whose_process_is_gone_are_swept() -> None:
    with throwaway_folder() as place, kept_folder(place / f"{PREFIX}owned") as owned:
        age(owned)
        orphan, young, foreign = (place / name for name in (f"{PREFIX}orphan", f"{PREFIX}young", "foreign"))
        for folder in (orphan, young, foreign):
            folder.mkdir()
            (folder / OWNER).touch()
        age(orphan)
        age(foreign)
        sweep(place)
        assert {folder for folder in place.iterdir() if folder.is_dir()} == {owned, young, foreign}


def age(folder: Path) -> None:
    """As if an hour had passed."""
    long_ago = time.time() - 3600
    os.utime(folder / OWNER, (long_ago, long_ago))


def test_a_folder_in_a_private_one_is_for_nobody_but_its_owner(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    assert is_reachable(private / "data") == (os.geteuid() != 0)


def test_ports_are_never_given_twice_and_lie_below_the_ephemeral_ones() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    assert min(ports) >= FIRST
    assert max(ports) <= LAST


def test_a_port_given_and_not_yet_used_is_not_given_by_another_process() -> None:
    port = free_port()
    ask = f"from devtools.servers import ports; ports.FIRST = ports.LAST = {port}; ports.free_port()"
    refused = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "no free TCP port" in refused.stderr


def test_a_kept_secret_stays_and_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secret"
    assert kept_secret(path) == kept_secret(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_all_databases_of_a_server_share_the_roles_passwords() -> None:
    assert role_password("postgresql://a:b@host:1/one") == role_password("postgresql://a:b@host:1/two")
    assert role_password("postgresql://a:b@host:1/one") != role_password("postgresql://a:b@host:2/one")
