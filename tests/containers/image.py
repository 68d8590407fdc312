"""Our image and the bill of materials beside it, built by the commands of the Dockerfile's head."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

from devtools.checkout import ROOT

IMAGE = "sesame:local"
MOST_MEGABYTES = 440
HOLDS = ["examples", "operations", "services", "venv"]
BUILD = ("docker", "build", "-q", "--network", "host", "-f", "deploy/Dockerfile")


def build() -> str:
    _run(*BUILD, "-t", IMAGE, ".")
    megabytes = int(_run("docker", "image", "inspect", "-f", "{{.Size}}", IMAGE)) / 1e6
    assert megabytes < MOST_MEGABYTES, megabytes
    held = _run("docker", "run", "--rm", "--entrypoint", "ls", IMAGE, "/opt/sesame").split()
    assert held == HOLDS, held
    return f"{megabytes:.0f} MB"


def list_materials() -> str:
    with tempfile.TemporaryDirectory() as folder:
        _run(*BUILD, "--target", "bill", "--output", folder, ".", DOCKER_BUILDKIT="1")
        bill = json.loads((Path(folder) / "sesame.cdx.json").read_text())
    names = {component["name"] for component in bill["components"]}
    assert {"asyncpg", "fastapi", "pyrage"} <= names
    return f"{bill['bomFormat']} {bill['specVersion']}, {len(names)} components"


def _run(*command: str, **variables: str) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()
