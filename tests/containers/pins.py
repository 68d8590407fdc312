"""`deploy/pin-images` beside a registry of our own: what a tag means today, and when it has moved."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from devtools.checkout import ROOT
from tests.containers.registry import registry

NAMES = sorted(set(re.findall(r"([A-Z]+_IMAGE):-", (ROOT / "deploy" / "compose.yaml").read_text())))


def pin_and_renew(folder: Path) -> str:
    deploy = folder / "deploy"
    deploy.mkdir()
    for name in ("pin-images", "compose.yaml"):
        (deploy / name).symlink_to(ROOT / "deploy" / name)
    for marks in ("today", "tomorrow"):
        with registry(marks) as (host, digest):
            images = {name: f"{host}/{name.lower()}:1" for name in NAMES}
            old = "sha256:" + "0" * 64
            chosen = [f"{name}={image}@{old}" for name, image in images.items()]
            (deploy / ".env").write_text("\n".join(["SESAME_TLS=internal", *chosen, ""]))
            try:
                done = subprocess.run([deploy / "pin-images"], capture_output=True, text=True, check=True)
            finally:
                subprocess.run(["docker", "image", "rm", *images.values()], check=False, capture_output=True)
            assert done.stdout.splitlines() == [f"{name}={images[name]}@{digest}" for name in NAMES]
    return f"{len(NAMES)} images, renewed once"
