"""Where an address with or without its last slash leads: to the path alone."""

from __future__ import annotations

from starlette.datastructures import URL
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TEMPORARY = 307
LOCATION = b"location"


class SlashRedirects:
    """ASGI middleware of every door. Starlette mends a last slash by an address made of the Host that the
    caller names: a cache would lead others there, and behind a proxy it loses its https."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def by_path(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == TEMPORARY:
                headers = [(name, _path_of(scope, name, value)) for name, value in message["headers"]]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, by_path if scope["type"] == "http" else send)


def _path_of(scope: Scope, name: bytes, value: bytes) -> bytes:
    """Of a redirect to the host that the caller names, however the path was quoted; any other is its page's
    own."""
    if name != LOCATION:
        return value
    caller_names = RedirectResponse(URL(scope={**scope, "path": "", "query_string": b""}))
    path = value.removeprefix(caller_names.headers["location"].encode("latin-1"))
    return value if path == value or not path.startswith(b"/") else b"/" + path.lstrip(b"/")
