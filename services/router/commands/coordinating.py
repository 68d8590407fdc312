"""What a command works with: transactions like the service's own, which publish what they announce."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from prometheus_client import CollectorRegistry

from services.chassis import settings
from services.chassis.language.names import OPERATORS
from services.chassis.messaging.command import command_transactions
from services.chassis.messaging.consume import Handling, readers_of
from services.chassis.messaging.readers import EventReader
from services.chassis.messaging.transaction import Transactions
from services.chassis.telemetry.instruments import MessagingMetrics
from services.router.domain.question.state_machine import ImpossibleMove
from services.router.entrypoints import subscriptions
from services.router.files.partners import FaultyFile
from services.router.handlers.context import RoutingContext
from services.router.handlers.coordinator import Refusal
from services.router.settings import RouterSettings


@dataclass(frozen=True)
class CommandContext:
    settings: RouterSettings
    context: RoutingContext
    transactions: Transactions


def run(action: Callable[[CommandContext], Awaitable[int]]) -> int:
    """The action's exit status; 1 with one line when it can't be done."""
    return asyncio.run(_run(action))


async def _run(action: Callable[[CommandContext], Awaitable[int]]) -> int:
    async with command_context(settings.load(RouterSettings)) as there:
        try:
            return await action(there)
        except (Refusal, ImpossibleMove, FaultyFile) as refusal:
            print(f"sesame: {refusal}", file=sys.stderr)
            return 1


@asynccontextmanager
async def command_context(options: RouterSettings) -> AsyncIterator[CommandContext]:
    async with command_transactions("router", options.database_url) as transactions:
        context = RoutingContext.of(options)
        readers = readers_of(EventReader(subscriptions.subscriptions(context)), {})
        handling = Handling(transactions, readers, MessagingMetrics(CollectorRegistry()))
        transactions.redeliver = handling.redeliver
        yield CommandContext(options, context, transactions)


def question_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no question's id, like {_EXAMPLE}") from None


_EXAMPLE = "01a2105c-dd2b-7217-a6f3-56606b70e2eb"


def operator_name() -> str:
    """Who is at the keyboard, unless they say otherwise: the operator, with the account that tells one from
    another, where it does."""
    account = getpass.getuser()
    return "operator" if account in OPERATORS else f"operator ({account})"
