"""Where an address with or without its last slash leads: to the path alone."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

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
    """Of a redirect that changes the last slash and nothing else; any other is its page's own."""
    if name != LOCATION:
        return value
    to = urlsplit(value.decode("latin-1"))
    asked = scope.get("raw_path", b"").partition(b"?")[0].decode("latin-1")
    if not to.netloc or to.path.rstrip("/") != asked.rstrip("/"):
        return value
    return urlunsplit(("", "", f"/{to.path.lstrip('/')}", to.query, "")).encode("latin-1")
