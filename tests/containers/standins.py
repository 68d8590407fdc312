"""Stand-ins for base images that this machine can't pull, made with debootstrap. See standins/README.md."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import yaml

from devtools.checkout import ROOT

FOLDER = Path(__file__).parent / "standins"
BASE = "sesame-standin/base"
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
READ_BY_PEOPLE = ("usr/share/doc", "usr/share/info", "usr/share/locale", "usr/share/man")
NAMES = {
    "python": "python:3.13-slim-trixie",
    "postgres": "postgres:",
    "rabbitmq": "rabbitmq:",
    "caddy": "caddy:",
    "prober": "prom/blackbox-exporter:",
    "prometheus": "prom/prometheus:",
    "alertmanager": "prom/alertmanager:",
    "grafana": "grafana/grafana:",
}
"""Folder of the stand-in → how the name of the image begins that it stands for."""


def provide() -> list[str]:
    """Makes a stand-in for each image that is neither here nor to be had; gives their names."""
    made = []
    for folder, image in images().items():
        if not _is_here(image) and not _can_be_pulled(image):
            if not _is_here(BASE):
                _make_base()
            _build(folder, image)
            made.append(image)
    return made


def images() -> dict[str, str]:
    """Folder → the whole name, as compose.yaml has it."""
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
    wanted = [service["image"] for service in compose["services"].values() if "image" in service]
    usual = [name.partition(":-")[2].removesuffix("}") for name in wanted]
    return {
        folder: next((image for image in usual if image.startswith(begin)), begin)
        for folder, begin in NAMES.items()
    }


def _is_here(image: str) -> bool:
    return _docker("image", "inspect", image).returncode == 0


def _can_be_pulled(image: str) -> bool:
    return _docker("pull", "-q", image).returncode == 0


def _make_base() -> None:
    with tempfile.TemporaryDirectory() as folder:
        included = "--include=ca-certificates"
        subprocess.run(["debootstrap", "--variant=minbase", included, "trixie", folder], check=True)
        _slim(Path(folder))
        with subprocess.Popen(["tar", "-C", folder, "-c", "."], stdout=subprocess.PIPE) as tar:
            subprocess.run(["docker", "import", "-", BASE], stdin=tar.stdout, check=True)


def _slim(folder: Path) -> None:
    """As Docker's own images of Debian: without what is only read by people, now and after each apt-get."""
    for gone in ("var/cache/apt", "var/lib/apt/lists", *READ_BY_PEOPLE):
        shutil.rmtree(folder / gone, ignore_errors=True)
    excluded = "".join(f"path-exclude /{path}/*\n" for path in READ_BY_PEOPLE)
    (folder / "etc/dpkg/dpkg.cfg.d/slim").write_text(excluded)


def _build(folder: str, image: str) -> None:
    with tempfile.TemporaryDirectory() as context:
        shutil.copytree(FOLDER / folder, context, dirs_exist_ok=True)
        shutil.copy(AUTHORITIES, context)
        command = ["docker", "build", "-q", "--network", "host", "-t", image, context]
        subprocess.run(command, check=True)


def _docker(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["docker", *arguments], capture_output=True, check=False)
