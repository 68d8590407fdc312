"""RabbitMQ's management HTTP API, as far as we need it. Everything may be done again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import httpx

from operations.broker.rights import Rights
from operations.errors import OperationError

TIMEOUT_SECONDS = 30.0
TRIED_AGAIN_SECONDS = (0.5, 1.0, 2.0)


class BrokerRefused(OperationError):
    """The text names what was asked for and what the broker said."""


class Management:
    """One virtual host, as an administrator. `http` has the API's address and its login."""

    def __init__(self, http: httpx.AsyncClient, vhost: str) -> None:
        self._http = http
        self._vhost = quote(vhost, safe="")
        self.vhost = vhost

    async def make_vhost(self, *users: str) -> None:
        """With every right in it for whoever `http` logs in as, and for these users. Leaves none behind where
        that can't be."""
        await self._ask("PUT", f"/api/vhosts/{self._vhost}", {})
        try:
            own = (await self._ask("GET", "/api/whoami"))["name"]
            for user in sorted({own, *users}):
                rights = {"configure": ".*", "write": ".*", "read": ".*"}
                await self._ask("PUT", f"/api/permissions/{self._vhost}/{quote(user, safe='')}", rights)
        except BaseException:
            with suppress(BrokerRefused):
                await self.delete_vhost()
            raise

    async def delete_vhost(self) -> None:
        """With all that is in it, and whoever is connected to it."""
        await self._ask("DELETE", f"/api/vhosts/{self._vhost}", missing_ok=True)

    async def load(self, definitions: Mapping[str, Any]) -> None:
        await self._ask("POST", "/api/definitions", definitions)

    async def definitions(self) -> Mapping[str, Any]:
        """Everything that is declared here, and every user with its rights and password hash."""
        whole: Mapping[str, Any] = await self._ask("GET", "/api/definitions")
        return whole

    async def nodes(self) -> Sequence[Mapping[str, Any]]:
        found: Sequence[Mapping[str, Any]] = await self._ask("GET", "/api/nodes")
        return found

    async def users(self) -> Sequence[Mapping[str, Any]]:
        found: Sequence[Mapping[str, Any]] = await self._ask("GET", "/api/users")
        return found

    async def put_user(self, name: str, password: str, *, tag: str) -> None:
        await self._ask("PUT", f"/api/users/{quote(name)}", {"password": password, "tags": tag})

    async def put_rights(self, user: str, rights: Rights) -> None:
        place = f"{self._vhost}/{quote(user)}"
        await self._ask(
            "PUT",
            f"/api/permissions/{place}",
            {"configure": rights.configure, "write": rights.write, "read": rights.read},
        )
        for exchange, keys in rights.topics.items():
            wanted = {"exchange": exchange, "write": keys, "read": "^$"}
            await self._ask("PUT", f"/api/topic-permissions/{place}", wanted)

    async def limit(self, user: str, **limits: int) -> None:
        """`max_connections`, `max_channels`."""
        for name, value in limits.items():
            kind = name.replace("_", "-")
            await self._ask("PUT", f"/api/user-limits/{quote(user)}/{kind}", {"value": value})

    async def delete_user(self, name: str) -> None:
        await self._ask("DELETE", f"/api/users/{quote(name)}", missing_ok=True)

    async def put_queue(self, name: str, arguments: Mapping[str, Any]) -> None:
        wanted = {"durable": True, "arguments": dict(arguments)}
        await self._ask("PUT", f"/api/queues/{self._vhost}/{quote(name)}", wanted)

    async def bind(self, exchange: str, queue: str, key: str) -> None:
        path = f"/api/bindings/{self._vhost}/e/{quote(exchange)}/q/{quote(queue)}"
        await self._ask("POST", path, {"routing_key": key})

    async def queues(self) -> Sequence[Mapping[str, Any]]:
        found: Sequence[Mapping[str, Any]] = await self._ask("GET", f"/api/queues/{self._vhost}")
        return found

    async def delete_queue(self, name: str) -> None:
        await self._ask("DELETE", f"/api/queues/{self._vhost}/{quote(name)}", missing_ok=True)

    async def close_connections(self, user: str) -> None:
        """All of the user's, those of this second too. `/api/connections` would not do: it is made of
        statistics, and knows a connection only some five seconds after it was opened."""
        await self._ask("DELETE", f"/api/connections/username/{quote(user)}", missing_ok=True)

    async def policies(self) -> Sequence[Mapping[str, Any]]:
        """Those of users and those of operators, which users can't undo."""
        found: list[Mapping[str, Any]] = []
        for kind in ("policies", "operator-policies"):
            found += [
                entry | {"kind": kind} for entry in await self._ask("GET", f"/api/{kind}/{self._vhost}")
            ]
        return found

    async def alarms(self) -> str:
        """What the broker says of its alarms, empty when none is on."""
        try:
            await self._ask("GET", "/api/health/checks/alarms")
        except BrokerRefused as refused:
            return str(refused)
        return ""

    async def overview(self) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = await self._ask("GET", "/api/overview")
        return answer

    async def _ask(self, method: str, path: str, body: Any = None, *, missing_ok: bool = False) -> Any:
        answer = await self._answer(method, path, body)
        if answer.status_code == httpx.codes.NOT_FOUND and missing_ok:
            return None
        if answer.is_error:
            raise BrokerRefused(f"{method} {path}: {answer.status_code} {answer.text.strip()[:300]}")
        return answer.json() if answer.content else None

    async def _answer(self, method: str, path: str, body: Any) -> httpx.Response:
        """Asked again after a fault of the broker's own: it answers 500 to who closes a connection that is
        just being opened or closed."""
        for again in (*TRIED_AGAIN_SECONDS, None):
            try:
                answer = await self._http.request(method, path, json=body)
            except httpx.HTTPError as error:
                raise BrokerRefused(f"{self._http.base_url}: {error or type(error).__name__}") from error
            if again is None or answer.status_code != httpx.codes.INTERNAL_SERVER_ERROR:
                break
            await asyncio.sleep(again)
        return answer


@asynccontextmanager
async def managing(url: str, vhost: str) -> AsyncIterator[Management]:
    """`url`: http[s]://administrator:password@host:port of the management plugin."""
    parts = urlsplit(url)
    login = (unquote(parts.username or "guest"), unquote(parts.password or "guest"))
    place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    async with httpx.AsyncClient(base_url=place, auth=login, timeout=TIMEOUT_SECONDS) as http:
        yield Management(http, vhost)
