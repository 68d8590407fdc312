"""`./sesame docs`: writes anew every file that is made from the code; checks and tests compare."""

from __future__ import annotations

import argparse

from devtools.documents import made_from_code


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    docs = subparsers.add_parser(
        "docs", help="write anew what is made from the code: contract, lists, boards"
    )
    docs.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    for what, make in made_from_code.MAKERS.items():
        made_from_code.write(make())
        print(f"written: {what}")
    return 0
