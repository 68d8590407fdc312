"""The loads in the database: read when another copy wrote them, else as this one left them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.chassis.postgres.database import Db
from services.router.domain.routing.loads import Load, LoadBook
from services.router.store import questions


class LoadBooks:
    """One copy's book of loads. Each writing has a stamp of its own in the network's row, in the same
    transaction: one that was rolled back, or came after ours, stands there as another."""

    def __init__(self) -> None:
        self._stamp: UUID | None = None
        self._book = LoadBook(date.min)

    async def at(self, db: Db, stamp: UUID | None, week: date) -> LoadBook:
        """Ask with the network's row, just read and locked."""
        if stamp is None or stamp != self._stamp:
            rows = await questions.loads(db)
            loads = {row["partner"]: Load(row["asked"], row["open"], row["credit"]) for row in rows}
            self._keep(stamp, LoadBook.holding(week, loads))
        return self._book

    async def save(self, db: Db, stamp: UUID, book: LoadBook) -> None:
        """What differs from what was read, in one order for every copy."""
        loads = ((name, book.of(name)) for name in sorted(book.changed))
        rows = [(name, load.asked, load.open, load.credit) for name, load in loads]
        await questions.save_loads(db, book.week, stamp, rows)
        self._keep(stamp, replace(book, changed=frozenset()))

    def _keep(self, stamp: UUID | None, book: LoadBook) -> None:
        self._stamp, self._book = stamp, book
