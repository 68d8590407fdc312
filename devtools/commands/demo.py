"""`./sesame demo`: hands over to devtools/demo."""

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = subparsers.add_parser("demo", help="fill a platform with questions and watch them being answered")
    demo.add_argument(
        "--once", action="store_true", help="leave when every question is published; 1 if one is not"
    )
    demo.add_argument(
        "--mbox", type=Path, metavar="FILE", help="questions from your own mailbox file instead"
    )
    demo.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    # Not at the top: the other commands need nothing of it.
    main: Callable[..., int] = importlib.import_module("devtools.demo.run").main
    return main(once=chosen.once, mbox=chosen.mbox)
