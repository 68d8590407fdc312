"""`./sesame router assign | route | take-back | close | spam | resolve | reopen | extend | pause | resume`"""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from services.chassis.messaging.transaction import Unit
from services.router.commands.coordinating import CommandContext, operator_name, question_id, run
from services.router.domain.question.question_report import question_lines
from services.router.handlers import coordinator
from services.router.handlers.context import RoutingContext
from services.router.handlers.coordinator import Actor

QuestionAction = Callable[[argparse.Namespace, RoutingContext, Unit, Actor], Awaitable[None]]

ACTIONS: dict[str, tuple[str, tuple[str, ...], QuestionAction]] = {
    "assign": (
        "give it to a partner, whoever has it now",
        ("partner",),
        lambda said, context, unit, by: coordinator.assign(context, unit, said.question, by, said.partner),
    ),
    "route": (
        "let the router decide anew",
        (),
        lambda said, context, unit, by: coordinator.route(context, unit, said.question, by),
    ),
    "take-back": (
        "take it from the partner who has it",
        (),
        lambda said, context, unit, by: coordinator.take_back(context, unit, said.question, by),
    ),
    "close": (
        "out of scope: tell the asker why",
        ("explanation",),
        lambda said, context, unit, by: coordinator.close(context, unit, said.question, by, said.explanation),
    ),
    "spam": (
        "it is no question: nobody is told anything, its sender's further mails are held",
        (),
        lambda said, context, unit, by: coordinator.mark_spam(context, unit, said.question, by),
    ),
    "resolve": (
        "what the asker wrote after the answer needs no message",
        (),
        lambda said, context, unit, by: coordinator.resolve(context, unit, said.question, by),
    ),
    "reopen": (
        "ask again, after an answer or a closing",
        (),
        lambda said, context, unit, by: coordinator.reopen(context, unit, said.question, by),
    ),
    "extend": (
        "promise the asker another moment",
        ("promise",),
        lambda said, context, unit, by: coordinator.extend(context, unit, said.question, by, said.promise),
    ),
}
"""Name → meaning, further arguments, action."""


def register(things: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, (meaning, further, action) in ACTIONS.items():
        parser = things.add_parser(name, help=meaning)
        parser.add_argument("question", type=question_id)
        for argument in further:
            parser.add_argument(argument, type=_moment if argument == "promise" else str)
        _add_actor(parser)
        parser.set_defaults(run=lambda chosen, action=action: run(partial(do, chosen, action)))
    pause = things.add_parser("pause", help="take no questions, with a public notice")
    pause.add_argument("notice")
    resume = things.add_parser("resume", help="take questions again")
    for parser in (pause, resume):
        _add_actor(parser)
        parser.set_defaults(run=lambda chosen: run(partial(change_intake, chosen)))


def _add_actor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--actor", default=operator_name(), help="who does it (default: %(default)s)")
    parser.add_argument("--reason", help="why; kept, and told the partner")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no moment, like 2026-12-01T12:00:00+01:00") from None
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} needs a time zone, like 2026-12-01T12:00:00+01:00")
    return moment


async def do(chosen: argparse.Namespace, action: QuestionAction, there: CommandContext) -> int:
    async with there.transactions.begin(chosen.question) as unit:
        await action(chosen, there.context, unit, Actor(chosen.actor, chosen.reason))
        question = await there.context.sessions.of(unit).question(chosen.question)
    if question is not None:
        print("\n".join(question_lines(question, there.settings.zone)))
    return 0


async def change_intake(chosen: argparse.Namespace, there: CommandContext) -> int:
    notice = getattr(chosen, "notice", None)
    async with there.transactions.begin() as unit:
        await coordinator.change_intake(unit, Actor(chosen.actor, chosen.reason), notice)
    print(f"intake paused: {notice}" if notice else "intake open")
    return 0
