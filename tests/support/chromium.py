"""Pages as headless Chromium shows them, and what axe-core and their width say about them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from devtools.servers.packages import provide_program
from services.chassis.http.serving import serving
from tests.support.waiting import PATIENCE_SECONDS

AXE = Path(__file__).parent / "axe.min.js"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]

# Chromium's window is 500 pixels wide at least: a narrow page is looked at in a frame.
PROBE = """
<!doctype html><html lang="en"><title>probe</title><body><iframe id="page" title="page" src="{address}"
 style="width:{width}px;height:900px;border:0"></iframe><pre id="verdict"></pre><script>
document.getElementById("page").addEventListener("load", async (event) => {{
  const page = event.target.contentWindow, root = page.document.documentElement;
  const found = await page.axe.run(page.document, {{resultTypes: ["violations"]}});
  document.getElementById("verdict").textContent = JSON.stringify({{
    "overflow": root.scrollWidth - root.clientWidth,
    "violations": found.violations.map((one) => one.id + ": " + one.nodes.map((at) => at.html).join(" ")),
  }});
}});
</script>
"""


@dataclass(frozen=True)
class Verdict:
    """`overflow`: pixels that stick out at the side. `violations`: what axe-core found, with the elements."""

    overflow: int
    violations: list[str]


class Browser:
    """Shows pages of `pages` with axe-core added and their policy left out, which would forbid it."""

    def __init__(self, pages: httpx.AsyncClient) -> None:
        self._pages = pages
        self._url = ""

    @property
    def origin(self) -> str:
        """Where the pages are for a browser of this machine."""
        return self._url

    async def look(self, address: str, *, width: int = 1000) -> Verdict:
        probe = httpx.URL(self._url + "/probe", params={"address": address, "width": width})
        html = await self.dom(str(probe))
        found = re.search(r'<pre id="verdict">(.*?)</pre>', html, re.DOTALL)
        assert found is not None
        return Verdict(**json.loads(unescape(found[1])))

    async def dom(self, url: str) -> str:
        """The page as its scripts have made it."""
        chromium = await asyncio.to_thread(provide_program, "chromium", "chromium")
        # Its helpers may write a little longer than it lives.
        with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            process = await asyncio.create_subprocess_exec(
                chromium,
                *FLAGS,
                f"--user-data-dir={profile}",
                "--virtual-time-budget=15000",
                "--dump-dom",
                url,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            async with asyncio.timeout(PATIENCE_SECONDS):
                out, _ = await process.communicate()
        return out.decode()

    async def probe(self, request: Request) -> Response:
        query: Mapping[str, str] = request.query_params
        return HTMLResponse(PROBE.format(address=query["address"], width=query["width"]))

    async def axe(self, _request: Request) -> Response:
        return Response(AXE.read_bytes(), media_type="text/javascript")

    async def page(self, request: Request) -> Response:
        path = f"{request.url.path}?{request.url.query}"
        reply = await self._pages.get(path)
        body: Any = reply.content
        if reply.headers["content-type"].startswith("text/html"):
            here = str(self._pages.base_url).rstrip("/")
            body = reply.text.replace(here, "").replace("</head>", '<script src="/axe.js"></script></head>')
        return Response(body, status_code=reply.status_code, media_type=reply.headers["content-type"])


@asynccontextmanager
async def browser(pages: httpx.AsyncClient) -> AsyncIterator[Browser]:
    looking = Browser(pages)
    routes = [
        Route("/probe", looking.probe),
        Route("/axe.js", looking.axe),
        Route("/{path:path}", looking.page),
    ]
    async with serving(Starlette(routes=routes), "127.0.0.1", 0, grace_seconds=1) as port:
        looking._url = f"http://127.0.0.1:{port}"
        yield looking
