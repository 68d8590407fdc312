"""`./sesame router …`: partners, explanations, rehearsals, the coordinator's hand."""

from __future__ import annotations

import argparse

from services.router.commands import (
    explain_deed,
    learning_deeds,
    partner_deeds,
    question_deeds,
    rehearsing,
    year_deed,
)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    router = subparsers.add_parser("router", help="who gets a question: partners, explain, simulate, by hand")
    things = router.add_subparsers(metavar="THING", required=True)
    partner_deeds.register(things)
    explain_deed.register(things)
    question_deeds.register(things)
    rehearsing.register(things)
    learning_deeds.register(things)
    year_deed.register(things)
