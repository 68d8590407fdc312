"""A real OpenID provider beside a test: npm's oidc-provider."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from devtools.servers.packages import provide_program
from devtools.servers.ports import free_port
from tests.support.waiting import PATIENCE_SECONDS

FOLDER = Path(__file__).parent / "identity_provider"
CLIENT, SECRET = "workspace", "a secret that only tests know"


@asynccontextmanager
async def openid_provider(account: str, mail: str, redirect: str, *, signed: bool) -> AsyncIterator[str]:
    """Its issuer. It lets in `account`, whose address is `mail`; `signed`: its userinfo is a JWT."""
    await asyncio.to_thread(_provide)
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        "node",
        "provider.js",
        str(port),
        account,
        mail,
        redirect,
        "signed" if signed else "plain",
        cwd=FOLDER,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await process.stdout.readline()).strip() != b"ready":
                assert process.returncode is None
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _provide() -> None:
    provide_program("node", "nodejs")
    provide_program("npm", "npm")
    if not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"]
        subprocess.run(command, cwd=FOLDER, check=True)
