"""What a handler may say, and what happens next.

TooEarly   the event speaks of a question that has not come yet: kept in the database until it has
Poison     will never work: dead-lettered at once, with the reason
transient  database or broker away (see `is_transient`): held, tried again with growing waits
all else   a fault of ours: dead-lettered with its type and text, to be replayed after the repair
"""

from __future__ import annotations

from uuid import UUID

import asyncpg


class TooEarly(Exception):
    """Raise before anything is written; whoever brings the question calls `unit.arrived(question)`."""

    def __init__(self, question: UUID) -> None:
        super().__init__(f"question {question} has not arrived yet")
        self.question = question


class Poison(Exception):
    """This event can never be handled."""


class Overtaken(Exception):
    """Another copy wrote meanwhile what this transaction took for new: done again, it sees it."""


_TRANSIENT = (
    Overtaken,
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    # Class 28: a role that may not log in is the database's trouble, never the event's.
    asyncpg.InvalidAuthorizationSpecificationError,
)


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed later. asyncpg reports a lost connection also as InternalClientError,
    and as InterfaceError, a class it shares with programming errors: only its words tell them apart."""
    if isinstance(error, asyncpg.InterfaceError):
        return "closed" in str(error) or "released" in str(error)
    return isinstance(error, _TRANSIENT)
