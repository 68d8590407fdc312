"""`./sesame router weights`: what each part of a choice weighs, tried on what was routed, and changed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from functools import partial

import orjson
from pydantic import ValidationError
from rich.table import Table

from services.chassis.terminal import operator_console
from services.contracts.explained import MOST_POINTS, PartWeights
from services.router.commands.coordinating import CommandContext, operator_name, run
from services.router.domain.question.question_report import in_zone, weights_line
from services.router.domain.routing.routing_request import Weights
from services.router.domain.routing.weights_trial import WeightsTrial
from services.router.handlers import weighing
from services.router.handlers.coordinator import Actor, Refusal
from services.router.store import weights as store

PARTS = [field.name for field in fields(Weights)]


def register(things: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    top = things.add_parser("weights", help="what each part of a choice weighs: show, try, change, history")
    actions = top.add_subparsers(metavar="ACTION", required=True)
    shown = actions.add_parser("show", help="the points of each part now")
    shown.set_defaults(run=lambda chosen: run(show))
    history = actions.add_parser("history", help="every change, with time and actor")
    history.set_defaults(run=lambda chosen: run(show_history))
    for name, meaning in (
        ("try", "what others would have made of the last questions; changes nothing"),
        ("set", "from the next choice on"),
    ):
        action = actions.add_parser(name, help=meaning)
        action.add_argument(
            "weights",
            type=part_and_points,
            nargs="+",
            metavar="PART=POINTS",
            help=f"of {', '.join(PARTS)}; the others stay",
        )
        if name == "try":
            action.add_argument("--questions", type=int, default=200, help="how many (default: %(default)s)")
            action.set_defaults(run=lambda chosen: run(partial(try_out, chosen)))
        else:
            action.add_argument("--actor", default=operator_name(), help="who does it (default: %(default)s)")
            action.add_argument("--reason", help="why, for the history")
            action.set_defaults(run=lambda chosen: run(partial(change, chosen)))


def part_and_points(text: str) -> tuple[str, float]:
    name, _, points = text.partition("=")
    if name not in PARTS:
        raise argparse.ArgumentTypeError(f"there is no part {name}; parts are {', '.join(PARTS)}")
    try:
        return name, float(points)
    except ValueError:
        raise argparse.ArgumentTypeError(f'{name}: "{points}" is no number; write {name}=40') from None


async def show(there: CommandContext) -> int:
    async with there.transactions.begin() as unit:
        print(weights_line(asdict(await store.now(unit.db))))
    return 0


async def show_history(there: CommandContext) -> int:
    async with there.transactions.begin() as unit:
        rows = await store.history(unit.db)
    table = Table("when", "actor", "what", "why")
    for row in rows:
        before, after = (orjson.loads(row[side] or "{}") for side in ("before", "after"))
        when = in_zone(row["changed_at"], there.settings.zone)
        table.add_row(when, row["actor"], "; ".join(_differences(before, after)), row["reason"] or "")
    operator_console().print(table)
    return 0


def _differences(before: Mapping[str, float], after: Mapping[str, float]) -> Iterator[str]:
    if not before:
        yield weights_line(after)
    for name in PARTS:
        if before and before[name] != after[name]:
            yield f"{name}: {before[name]:g} → {after[name]:g}"


async def try_out(chosen: argparse.Namespace, there: CommandContext) -> int:
    async with there.transactions.begin() as unit:
        wanted = _wanted(await store.now(unit.db), chosen.weights)
        trial = await weighing.tried(unit, wanted, max(1, chosen.questions))
    _print_trial(trial)
    return 0


async def change(chosen: argparse.Namespace, there: CommandContext) -> int:
    async with there.transactions.begin() as unit:
        known, _ = await store.held(unit.db)
        wanted = _wanted(known, chosen.weights)
        await weighing.change(unit, wanted, None, Actor(chosen.actor, chosen.reason))
    print(weights_line(asdict(wanted)))
    return 0


def _wanted(known: Weights, said: list[tuple[str, float]]) -> Weights:
    """Raises Refusal that names every fault."""
    try:
        told = PartWeights(**{**asdict(known), **dict(said)})
    except ValidationError as errors:
        faults = (f"{error['loc'][0]}: {error['input']:g} points" for error in errors.errors())
        raise Refusal(f"{'; '.join(faults)}: give 0 to {MOST_POINTS}", "unfit") from errors
    return weighing.weights_of(told)


def _print_trial(trial: WeightsTrial) -> None:
    table = Table()
    table.add_column("partner", overflow="fold")
    for title in ("got", "would have got"):
        table.add_column(title, justify="right")
    for name in sorted(trial.before.keys() | trial.after.keys()):
        table.add_row(name, str(trial.before[name]), str(trial.after[name]))
    operator_console().print(table)
    for one in trial.moved:
        print(f"{one.decision.question}: {one.would.partner} instead of {one.went.partner}")
    print(f"{len(trial.moved)} of {trial.questions} questions would have gone elsewhere first")
    if trial.shortened:
        print(
            f"of {trial.shortened}, only the best of those who could have had it were written down",
            file=sys.stderr,
        )
