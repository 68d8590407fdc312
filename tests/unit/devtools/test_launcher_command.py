import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from devtools import cli
from devtools.checkout import PYTHON, ROOT

TOOLS = ("sh", "dirname", "readlink", "cat", "cut", "sha256sum", "mkdir", "flock", "id", "find", "head", "rm")


def sesame(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "sesame", *arguments], env=environment, cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    """A machine without Python: what every Debian has, and nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(str(shutil.which(tool)))
    return str(folder)


def ready_environment(folder: Path) -> Path:
    """One whose Python tells how it was called."""
    (folder / "bin").mkdir(parents=True)
    python = folder / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$PYTHONPATH" "$@"\n')
    python.chmod(0o755)
    lock = (ROOT / "deploy/requirements/develop.txt").read_bytes()
    (folder / ".sesame-lock").write_text(hashlib.sha256(lock).hexdigest() + "\n")
    return folder


def test_without_python_one_line_says_what_to_install(tmp_path: Path, bare_path: str) -> None:
    done = sesame("check", PATH=bare_path, SESAME_VENV=str(tmp_path / "venv"))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Python 3.11 or newer is needed" in done.stderr


def test_a_folder_that_is_no_environment_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years of work")
    done = sesame("check", PATH=os.environ["PATH"], SESAME_VENV=str(tmp_path))
    assert done.returncode == 2
    assert "is not a virtual environment" in done.stderr
    assert (tmp_path / "thesis.txt").exists()


def test_a_made_environment_is_used_at_once_from_any_folder(tmp_path: Path, bare_path: str) -> None:
    venv = ready_environment(tmp_path / "venv")
    done = sesame("up", "--partners", "my file", cwd=tmp_path, PATH=bare_path, SESAME_VENV=str(venv))
    assert done.stdout == f"{ROOT} -P -m devtools.cli up --partners my file\n"
    assert done.stderr == ""


def test_nothing_is_compiled_anew_by_each_process(tmp_path: Path, bare_path: str) -> None:
    venv = ready_environment(tmp_path / "venv")
    (venv / "bin" / "python").write_text('#!/bin/sh\necho "${PYTHONDONTWRITEBYTECODE-kept}"\n')
    done = sesame("test", PATH=bare_path, SESAME_VENV=str(venv), PYTHONDONTWRITEBYTECODE="1")
    assert done.stdout == "kept\n"


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--help"])
    shown = capsys.readouterr().out
    assert all(f"    {command} " in shown for command in ("demo", "up", "test", "check", "bench"))


def test_an_unknown_command_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["tset"])
    shown = capsys.readouterr().err
    assert "tset" in shown
    assert "demo" in shown


def test_an_option_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["check", "--thorough"])
    assert "unrecognized arguments: --thorough" in capsys.readouterr().err


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PYTHON, "-m", "devtools.cli", "bench", *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_options_of_the_benchmarks_are_handed_on() -> None:
    assert "--json" in bench("--help").stdout
    assert "--mails" in bench("notifier", "--help").stdout


def test_a_part_that_nobody_measures_is_refused_with_the_known_ones() -> None:
    done = bench("notifer")
    assert done.returncode == 2
    assert "no part is called 'notifer'; there are backlog, batches, directory, " in done.stderr
