"""The years before the demonstration: made up, so that the key figures have something to compare with."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from devtools.checkout import PYTHON, ROOT
from devtools.servers.platform import Platform

QUESTIONS = 3_300
"""In the first year, about; each later one has more."""


async def fill(platform: Platform, year: int) -> None:
    """Two whole years and this one up to today, counted the way real facts are."""
    years = (str(year - 2), str(year - 1), str(year))
    await _run(platform, "devtools.demo.invented_years", *years, str(QUESTIONS))


async def write_poster(platform: Platform, year: int, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    await _run(
        platform, "devtools.cli", "metrics", "figures", str(year), "--format", "pdf", "--output", str(target)
    )


async def _run(platform: Platform, module: str, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *PYTHON,
        "-m",
        module,
        *arguments,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | platform.environment("metrics"),
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        if status := await process.wait():
            raise RuntimeError(f"{module} {arguments[0]} ended with status {status}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
