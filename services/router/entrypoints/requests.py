"""The router's doors: what the coordinator asks at the workspace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from services.chassis.messaging.readers import EventReader
from services.chassis.messaging.requests import RefusedRequest, RequestAction, request_reader, tell_page
from services.chassis.messaging.transaction import Unit
from services.contracts import coordinator as asked
from services.contracts import explained
from services.router.domain.question.state_machine import ImpossibleMove
from services.router.handlers import coordinator, directory, telling, weighing
from services.router.handlers.context import RoutingContext
from services.router.handlers.coordinator import Actor

CoordinatorAction = Callable[[RoutingContext, Unit, UUID, Actor, Any], Awaitable[None]]


def requests(desk: RoutingContext) -> EventReader:
    return request_reader(
        "router",
        {
            asked.AssignRequested: _action(desk, _assign),
            asked.RouteRequested: _action(desk, _route),
            asked.TakeBackRequested: _action(desk, _take_back),
            asked.CloseRequested: _action(desk, _close),
            asked.SpamRequested: _action(desk, _spam),
            asked.SettleRequested: _action(desk, _settle),
            asked.ReopenRequested: _action(desk, _reopen),
            asked.ExtendRequested: _action(desk, _extend),
            asked.IntakeChangeRequested: _action(desk, _change_intake),
            asked.PartnerChangeRequested: _action(desk, _change_partner),
            asked.PartnerAdmitRequested: _action(desk, _admit_partner),
            explained.WeightsChangeRequested: _action(desk, _change_weights),
            explained.WeightsTrialRequested: _action(desk, _try_weights),
            asked.ExplanationRequested: _action(desk, _explain),
            asked.DirectoryRequested: _action(desk, _tell_directory),
            asked.RouterFactsRequested: tell_page,
        },
    )


def _action(desk: RoutingContext, do: CoordinatorAction) -> RequestAction:
    return partial(_do, desk, do)


async def _do(
    desk: RoutingContext, do: CoordinatorAction, unit: Unit, question: UUID, wish: asked.CoordinatorRequest
) -> None:
    try:
        await do(desk, unit, question, Actor(wish.by, wish.reason), wish)
    except ImpossibleMove as impossible:
        known = await desk.ledgers.of(unit).question(question)
        state = known.state if known else None
        raise RefusedRequest(str(impossible), "impossible", value=state) from impossible


async def _assign(
    desk: RoutingContext, unit: Unit, id_: UUID, by: Actor, wish: asked.AssignRequested
) -> None:
    await coordinator.assign(desk, unit, id_, by, wish.partner)


async def _route(desk: RoutingContext, unit: Unit, id_: UUID, by: Actor, _wish: asked.RouteRequested) -> None:
    await coordinator.route(desk, unit, id_, by)


async def _take_back(
    desk: RoutingContext, unit: Unit, id_: UUID, by: Actor, _wish: asked.TakeBackRequested
) -> None:
    await coordinator.take_back(desk, unit, id_, by)


async def _close(desk: RoutingContext, unit: Unit, id_: UUID, by: Actor, wish: asked.CloseRequested) -> None:
    await coordinator.close(desk, unit, id_, by, wish.explanation)


async def _spam(desk: RoutingContext, unit: Unit, id_: UUID, by: Actor, _wish: asked.SpamRequested) -> None:
    await coordinator.mark_spam(desk, unit, id_, by)


async def _settle(
    desk: RoutingContext, unit: Unit, id_: UUID, by: Actor, _wish: asked.SettleRequested
) -> None:
    await coordinator.settle(desk, unit, id_, by)


async def _reopen(
    desk: RoutingContext, unit: Unit, id_: UUID, by: Actor, _wish: asked.ReopenRequested
) -> None:
    await coordinator.reopen(desk, unit, id_, by)


async def _extend(
    desk: RoutingContext, unit: Unit, id_: UUID, by: Actor, wish: asked.ExtendRequested
) -> None:
    await coordinator.extend(desk, unit, id_, by, wish.promise_at)


async def _change_intake(
    _desk: RoutingContext, unit: Unit, _id: UUID, by: Actor, wish: asked.IntakeChangeRequested
) -> None:
    await coordinator.change_intake(unit, by, wish.notice)


async def _change_partner(
    _desk: RoutingContext, unit: Unit, _id: UUID, by: Actor, wish: asked.PartnerChangeRequested
) -> None:
    await directory.change(unit, wish.partner, wish.fields, wish.version, by.name)


async def _admit_partner(
    _desk: RoutingContext, unit: Unit, _id: UUID, by: Actor, wish: asked.PartnerAdmitRequested
) -> None:
    await directory.admit(unit, wish.partner, wish.fields, by.name)


async def _change_weights(
    _desk: RoutingContext, unit: Unit, _id: UUID, by: Actor, wish: explained.WeightsChangeRequested
) -> None:
    await weighing.change(unit, weighing.weights_of(wish.weights), wish.version, by)


async def _try_weights(
    _desk: RoutingContext, unit: Unit, _id: UUID, _by: Actor, wish: explained.WeightsTrialRequested
) -> None:
    await weighing.tell_trial(unit, wish)


async def _explain(
    desk: RoutingContext, unit: Unit, id_: UUID, _by: Actor, _wish: asked.ExplanationRequested
) -> None:
    await telling.tell(desk, unit, id_)


async def _tell_directory(
    _desk: RoutingContext, unit: Unit, _id: UUID, _by: Actor, _wish: asked.DirectoryRequested
) -> None:
    await directory.tell_anew(unit)
    await weighing.tell_anew(unit)
