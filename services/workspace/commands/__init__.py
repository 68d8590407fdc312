"""`./sesame workspace invite | rebuild`"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable

PeopleAction = Callable[[argparse.Namespace], Awaitable[int]]

ROLES = ("respondent", "lead", "coordinator", "observer")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    top = subparsers.add_parser("workspace", help="let the first people in; make the read model anew")
    actions = top.add_subparsers(metavar="ACTION", required=True)
    invite = actions.add_parser("invite", help="let somebody in: a mail with a link, or a link printed here")
    invite.add_argument("name", help="as colleagues call them")
    invite.add_argument("mail", help="their address at work")
    invite.add_argument("--role", choices=ROLES, default="coordinator")
    invite.add_argument("--library", metavar="ID", default="", help="for respondent and lead")
    invite.add_argument(
        "--print", action="store_true", dest="printed", help="print the link instead of mailing it"
    )
    invite.set_defaults(action="invite")
    rebuild = actions.add_parser(
        "rebuild", help="make the read model anew while it serves: of facts kept and of what is told again"
    )
    rebuild.add_argument(
        "--wait",
        type=float,
        metavar="SECONDS",
        default=0,
        help="stay so long, until the services have told everything; without, they do it meanwhile",
    )
    rebuild.set_defaults(action="rebuild")
    for parser in (invite, rebuild):
        parser.add_argument(
            "--database-url",
            metavar="URL",
            help="the workspace's own role; default: SESAME_DATABASE_URL, or what ./sesame up uses",
        )
        parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    # Not at the top: every other ./sesame command would load the database driver.
    from services.workspace.commands.people import ACTIONS, CommandRefused

    try:
        return asyncio.run(_await(ACTIONS[chosen.action], chosen))
    except CommandRefused as problem:
        print(f"sesame: {problem}", file=sys.stderr)
        return 2


async def _await(action: PeopleAction, chosen: argparse.Namespace) -> int:
    return await action(chosen)
