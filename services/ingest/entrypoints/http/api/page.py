"""The API as a page to read, made from its own document: no script, nothing from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from services.ingest.entrypoints.http.pages.rendering import SitePages

STRONG, CODE = re.compile(r"\*\*(.+?)\*\*"), re.compile(r"`(.+?)`")
JSON = "application/json"
DOCUMENTS = Path(__file__).parent / "documents"
"""Made from the contract by `./sesame docs`."""


@dataclass(frozen=True, slots=True)
class Operation:
    """`example` is a whole request for curl; `answers` are (status, meaning)."""

    method: str
    path: str
    about: Markup
    example: str
    answers: tuple[tuple[str, Markup], ...]


@dataclass(frozen=True, slots=True)
class ApiPage:
    """`document` gives the OpenAPI document."""

    document: Callable[[], Mapping[str, Any]]
    pages: SitePages
    public_url: str

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/docs", self.show),
            Route("/api/contract", self.contract),
            Route("/api/asyncapi.yaml", self.asyncapi),
        ]

    async def contract(self, _request: Request) -> Response:
        """The events, as a page for a partner's programmer."""
        return FileResponse(DOCUMENTS / "contract.html", media_type="text/html; charset=utf-8")

    async def asyncapi(self, _request: Request) -> Response:
        """The same as AsyncAPI 3."""
        return FileResponse(DOCUMENTS / "asyncapi-partners.yaml", media_type="application/yaml")

    async def show(self, request: Request) -> Response:
        document = self.document()
        first, *points = document["info"]["description"].strip().split("\n* ")
        return self.pages.show(
            "api.html",
            self.pages.words(request, "en"),
            lead=marked(first),
            points=[marked(point) for point in points],
            operations=list(operations(document, self.public_url)),
        )


def operations(document: Mapping[str, Any], public_url: str) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            yield Operation(
                method.upper(),
                path,
                marked(said.get("description", "")),
                curl(method.upper(), f"{public_url}{path}", said),
                tuple(
                    (status, marked(answer["description"])) for status, answer in said["responses"].items()
                ),
            )


def curl(method: str, url: str, said: Mapping[str, Any]) -> str:
    lines = [f"curl -X {method} {url}", "-H 'Authorization: Bearer …'"]
    if method == "POST":
        lines.append("-H 'Idempotency-Key: 7f9c…'")
    examples = said.get("requestBody", {}).get("content", {}).get(JSON, {}).get("examples", {})
    if examples:
        value = next(iter(examples.values()))["value"]
        body = json.dumps(value, ensure_ascii=False, indent=2).replace("'", "’")
        lines += ["-H 'Content-Type: application/json'", f"-d '{body}'"]
    return " \\\n  ".join(lines)


def marked(text: str) -> Markup:
    """The little Markdown that our descriptions use, as HTML."""
    html = CODE.sub(r"<code>\1</code>", STRONG.sub(r"<strong>\1</strong>", str(escape(text.strip()))))
    return Markup(html)
