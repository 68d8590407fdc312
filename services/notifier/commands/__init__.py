"""`./sesame notifier …`: webhook secrets, deliveries given up, silences; `./sesame archive …`: moving in."""

import argparse

from services.notifier.commands import deliveries, moving_in


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    deliveries.register(subparsers)
    moving_in.register(subparsers)
