"""The private HTTP API, on the port of /metrics: partners, explanations, the coordinator's hand.

Every request bears `Authorization: Bearer <SESAME_COORDINATOR_TOKEN>`, and `Sesame-Hand: who` where it
changes something. Faults answer as {"error": text}: 400 wrong, 401 token, 404 nothing there, 409 not so.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.chassis.messaging.transaction import Begin, Unit
from services.router.domain.partner_record import FaultyPartner, read_partner
from services.router.domain.question.state_machine import ImpossibleMove
from services.router.handlers import coordinator
from services.router.handlers.context import RoutingContext
from services.router.handlers.coordinator import Actor, Refusal, Unfit
from services.router.handlers.explanation import explain
from services.router.store import partner_directory, partners

Answer = Callable[[Request], Awaitable[Response]]


class BadRequest(Exception):
    """What was sent can't be taken; answers as `status`."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


def routes(desk: RoutingContext, begin: Begin, token: str | None) -> list[Route]:
    api = CoordinatorApi(desk, begin)
    return [
        Route(path, _guarded(answer, token), methods=[method])
        for method, path, answer in (
            ("GET", "/partners", api.list_partners),
            ("PUT", "/partners/{id}", api.put_partner),
            ("DELETE", "/partners/{id}", api.remove_partner),
            ("GET", "/partners/{id}/history", api.partner_history),
            ("GET", "/questions/{id}", api.explain),
            ("POST", "/questions/{id}/{deed}", api.handle),
            ("POST", "/intake", api.change_intake),
        )
    ]


class CoordinatorApi:
    def __init__(self, desk: RoutingContext, begin: Begin) -> None:
        self._desk = desk
        self._begin = begin

    async def list_partners(self, _request: Request) -> Response:
        async with self._begin() as unit:
            return _json(list((await partner_directory.records(unit.db)).values()))

    async def put_partner(self, request: Request) -> Response:
        """The whole record; what it doesn't say is as by default."""
        name = request.path_params["id"]
        partner = read_partner({"id": name, **await _body(request)})
        if partner.id != name:
            raise BadRequest(f"the record's id is {partner.id}, the address says {name}")
        async with self._begin() as unit:
            changes = await partner_directory.compare(unit.db, [partner], whole=False)
            await partner_directory.apply(unit.db, changes, hand=_hand(request), now=unit.now)
        return _json({"changed": [field for change in changes for field in change.fields]})

    async def remove_partner(self, request: Request) -> Response:
        name = request.path_params["id"]
        async with self._begin() as unit:
            record = (await partner_directory.records(unit.db)).get(name)
            if record is None:
                raise BadRequest(f"there is no partner {name}", 404)
            change = partner_directory.Change(name, record, None)
            await partner_directory.apply(unit.db, [change], hand=_hand(request), now=unit.now)
        return _json({"removed": name})

    async def partner_history(self, request: Request) -> Response:
        async with self._begin() as unit:
            rows = await partners.history(unit.db, request.path_params["id"])
        return _json([_entry(row) for row in rows])

    async def explain(self, request: Request) -> Response:
        id_ = _question(request)
        async with self._begin() as unit:
            explained = await explain(self._desk, unit, id_)
        if explained is None:
            raise BadRequest(f"there is no question {id_}", 404)
        return _json(
            {
                "question": {**asdict(explained.question), "text": None},
                "promise_ran": explained.promise,
                "turns_ran": [{"assignment": turn.id, "ran": spans} for turn, spans in explained.turns],
                "decisions": [asdict(told) for told in explained.decisions],
                "history": [dict(row) for row in explained.history],
            }
        )

    async def handle(self, request: Request) -> Response:
        id_, body = _question(request), await _body(request)
        by = Actor(_hand(request), _reason(body))
        deed = self._deed(request.path_params["deed"], id_, by, body)
        async with self._begin(id_) as unit:
            await deed(unit)
        return _json({"done": request.path_params["deed"]})

    def _deed(
        self, name: str, id_: UUID, by: Actor, body: dict[str, Any]
    ) -> Callable[[Unit], Awaitable[None]]:
        desk = self._desk
        deeds: dict[str, Callable[[Unit], Awaitable[None]]] = {
            "assign": lambda unit: coordinator.assign(desk, unit, id_, by, _text(body, "partner")),
            "route": lambda unit: coordinator.route(desk, unit, id_, by),
            "take-back": lambda unit: coordinator.take_back(desk, unit, id_, by),
            "close": lambda unit: coordinator.close(desk, unit, id_, by, _text(body, "explanation")),
            "reopen": lambda unit: coordinator.reopen(desk, unit, id_, by),
            "extend": lambda unit: coordinator.extend(desk, unit, id_, by, _moment(body, "promise_at")),
        }
        if name not in deeds:
            raise BadRequest(f"there is no deed {name}; deeds are {', '.join(deeds)}", 404)
        return deeds[name]

    async def change_intake(self, request: Request) -> Response:
        body = await _body(request)
        notice = _text(body, "notice") if body.get("paused") else None
        async with self._begin() as unit:
            await coordinator.change_intake(unit, Actor(_hand(request), _reason(body)), notice)
        return _json({"paused": notice is not None})


def _guarded(answer: Answer, token: str | None) -> Answer:
    async def guarded(request: Request) -> Response:
        if token is None:
            return _error("set SESAME_COORDINATOR_TOKEN to use this", 401)
        if not secrets.compare_digest(
            request.headers.get("authorization", "").encode(), f"Bearer {token}".encode()
        ):
            return _error("wrong or no bearer token", 401)
        try:
            return await answer(request)
        except BadRequest as wrong:
            return _error(str(wrong), wrong.status)
        except FaultyPartner as fault:
            return _error(str(fault), 400)
        except Unfit as unfit:
            return _error(str(unfit), 400)
        except (Refusal, ImpossibleMove) as refusal:
            return _error(str(refusal), 409)

    return guarded


def _hand(request: Request) -> str:
    name = unquote(request.headers.get("sesame-hand", "")).strip()
    if not name:
        raise BadRequest("say who you are: header Sesame-Hand")
    return name[:200]


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = orjson.loads(await request.body() or b"{}")
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"not JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadRequest("a JSON object is wanted")
    return body


def _question(request: Request) -> UUID:
    try:
        return UUID(request.path_params["id"])
    except ValueError:
        raise BadRequest(f"{request.path_params['id']} is no question's id", 404) from None


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None or value == "":
        raise BadRequest(f"{name} is missing")
    if not isinstance(value, str) or not value.strip():
        raise BadRequest(f"{name} must be a text, not {value!r}")
    return value


def _reason(body: dict[str, Any]) -> str | None:
    return None if body.get("reason") is None else _text(body, "reason")


def _moment(body: dict[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(body, name))
    except ValueError as error:
        raise BadRequest(f"{name}: {error}") from error
    if moment.tzinfo is None:
        raise BadRequest(f"{name}: {moment} needs a time zone, like 2026-12-01T12:00:00+01:00")
    return moment


def _entry(row: Any) -> dict[str, Any]:
    before, after = (orjson.loads(row[name]) if row[name] else None for name in ("before", "after"))
    return {"at": row["changed_at"], "hand": row["hand"], "before": before, "after": after}


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content, default=_plain), media_type="application/json")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, frozenset | tuple) else str(value)


def _error(text: str, status: int) -> Response:
    return Response(orjson.dumps({"error": text}), status_code=status, media_type="application/json")
