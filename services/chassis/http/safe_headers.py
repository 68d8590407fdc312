"""Headers that every answer of an application bears which has not said otherwise itself."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SafeHeaders:
    """ASGI middleware. `under`: the beginning of the paths it counts for."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str], under: str = "/") -> None:
        self._app = app
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self._under = under

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                more = [(name, value) for name, value in self._headers if name not in said]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        counts = scope["type"] == "http" and scope["path"].startswith(self._under)
        await self._app(scope, receive, with_headers if counts else send)
