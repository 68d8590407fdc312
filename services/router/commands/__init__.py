"""`./sesame router …`: partners, explanations, rehearsals, the coordinator's actions."""

from __future__ import annotations

import argparse

from services.router.commands import explain, learn, partners, questions, rehearse, weighing


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    router = subparsers.add_parser("router", help="who gets a question: partners, explain, simulate, by hand")
    things = router.add_subparsers(metavar="THING", required=True)
    partners.register(things)
    explain.register(things)
    questions.register(things)
    rehearse.register(things)
    weighing.register(things)
    learn.register(things)
