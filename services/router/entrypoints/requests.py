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


def requests(context: RoutingContext) -> EventReader:
    return request_reader(
        "router",
        {
            asked.AssignRequested: _action(context, _assign),
            asked.RouteRequested: _action(context, _route),
            asked.TakeBackRequested: _action(context, _take_back),
            asked.CloseRequested: _action(context, _close),
            asked.SpamRequested: _action(context, _spam),
            asked.ResolveRequested: _action(context, _resolve),
            asked.ReopenRequested: _action(context, _reopen),
            asked.ExtendRequested: _action(context, _extend),
            asked.IntakeChangeRequested: _action(context, _change_intake),
            asked.PartnerChangeRequested: _action(context, _change_partner),
            asked.PartnerAdmitRequested: _action(context, _admit_partner),
            explained.WeightsChangeRequested: _action(context, _change_weights),
            explained.WeightsTrialRequested: _action(context, _try_weights),
            asked.ExplanationRequested: _action(context, _explain),
            asked.DirectoryRequested: _action(context, _tell_directory),
            asked.RouterFactsRequested: tell_page,
        },
    )


def _action(context: RoutingContext, do: CoordinatorAction) -> RequestAction:
    return partial(_do, context, do)


async def _do(
    context: RoutingContext, do: CoordinatorAction, unit: Unit, question: UUID, wish: asked.CoordinatorRequest
) -> None:
    try:
        await do(context, unit, question, Actor(wish.by, wish.reason), wish)
    except ImpossibleMove as impossible:
        known = await context.sessions.of(unit).question(question)
        state = known.state if known else None
        raise RefusedRequest(str(impossible), "impossible", value=state) from impossible


async def _assign(
    context: RoutingContext, unit: Unit, id_: UUID, by: Actor, wish: asked.AssignRequested
) -> None:
    await coordinator.assign(context, unit, id_, by, wish.partner)


async def _route(
    context: RoutingContext, unit: Unit, id_: UUID, by: Actor, _wish: asked.RouteRequested
) -> None:
    await coordinator.route(context, unit, id_, by)


async def _take_back(
    context: RoutingContext, unit: Unit, id_: UUID, by: Actor, _wish: asked.TakeBackRequested
) -> None:
    await coordinator.take_back(context, unit, id_, by)


async def _close(
    context: RoutingContext, unit: Unit, id_: UUID, by: Actor, wish: asked.CloseRequested
) -> None:
    await coordinator.close(context, unit, id_, by, wish.explanation)


async def _spam(
    context: RoutingContext, unit: Unit, id_: UUID, by: Actor, _wish: asked.SpamRequested
) -> None:
    await coordinator.mark_spam(context, unit, id_, by)


async def _resolve(
    context: RoutingContext, unit: Unit, id_: UUID, by: Actor, _wish: asked.ResolveRequested
) -> None:
    await coordinator.resolve(context, unit, id_, by)


async def _reopen(
    context: RoutingContext, unit: Unit, id_: UUID, by: Actor, _wish: asked.ReopenRequested
) -> None:
    await coordinator.reopen(context, unit, id_, by)


async def _extend(
    context: RoutingContext, unit: Unit, id_: UUID, by: Actor, wish: asked.ExtendRequested
) -> None:
    await coordinator.extend(context, unit, id_, by, wish.promise_at)


async def _change_intake(
    _context: RoutingContext, unit: Unit, _id: UUID, by: Actor, wish: asked.IntakeChangeRequested
) -> None:
    await coordinator.change_intake(unit, by, wish.notice)


async def _change_partner(
    _context: RoutingContext, unit: Unit, _id: UUID, by: Actor, wish: asked.PartnerChangeRequested
) -> None:
    await directory.change(unit, wish.partner, wish.fields, wish.version, by.name)


async def _admit_partner(
    _context: RoutingContext, unit: Unit, _id: UUID, by: Actor, wish: asked.PartnerAdmitRequested
) -> None:
    await directory.admit(unit, wish.partner, wish.fields, by.name)


async def _change_weights(
    _context: RoutingContext, unit: Unit, _id: UUID, by: Actor, wish: explained.WeightsChangeRequested
) -> None:
    await weighing.change(unit, weighing.weights_of(wish.weights), wish.version, by)


async def _try_weights(
    _context: RoutingContext, unit: Unit, _id: UUID, _by: Actor, wish: explained.WeightsTrialRequested
) -> None:
    await weighing.tell_trial(unit, wish)


async def _explain(
    context: RoutingContext, unit: Unit, id_: UUID, _by: Actor, _wish: asked.ExplanationRequested
) -> None:
    await telling.tell(context, unit, id_)


async def _tell_directory(
    _context: RoutingContext, unit: Unit, _id: UUID, _by: Actor, _wish: asked.DirectoryRequested
) -> None:
    await directory.tell_anew(unit)
    await weighing.tell_anew(unit)
