"""One row per counted fact: what the log keeps, and all that a counter may know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Counted(NamedTuple):
    """A fact as it is counted. No text, no person, no question: nothing here can be led back to an asker.

    Words that were not said are empty strings, so that every row has the same columns to group by.
    """

    kind: str
    """What happened, in one word: `received`, `routed`, `answered`. See `KINDS`."""
    at: datetime
    """The moment it is counted at, with its zone: when it happened, not when it was heard of."""
    event: UUID
    channel: str = ""
    partner: str = ""
    """The partner who did it, or to whom it happened."""
    origin: str = ""
    """The partner on whose page or desk the question was asked."""
    subject: str = ""
    language: str = ""
    purpose: str = ""
    department: str = ""
    country: str = ""
    detail: str = ""
    """One more word where the kind has one: the reason of a refusal, the way of a publication."""
    number: int | None = None
    """READ effort of an answer, stars of a rating, attempt of a routing, how often an answer was viewed."""
    received_at: datetime | None = None
    """When the question came; of an answer, later by as much as the network waited for the asker."""
    promise_at: datetime | None = None
    waited_seconds: float | None = None
    waited_working_seconds: float | None = None
    """How much of it was working time; None: nobody said it, as no copy of before did."""
    partner_name: str = ""
    """How the partner is called now: kept beside the counters, not in the log."""


KINDS = (
    "received",
    "routed",
    "declined",
    "taken",
    "reminded",
    "overdue",
    "promise_passed",
    "unroutable",
    "submitted",
    "answered",
    "refused",
    "published",
    "archived",
    "viewed",
    "closed",
    "reopened",
    "handled",
    "intake",
    "similar_found",
    "reply_held",
    "posted",
    "withdrawn",
    "followed_up",
    "asked_back",
    "resumed",
    "asker_reminded",
    "take_withdrawn",
    "clarification",
    "addition",
    "added",
    "corrected",
    "follow_up_routed",
    "follow_up_unhandled",
    "asked_again",
    "spam_reported",
    "rated",
    "erased",
    "bounced",
    "delivery_failed",
)
"""Every kind a row may have. `routed` is every partner asked; `rerouted`, `placed` and `kept` are drawn from
rows."""

PLACED = "placed"
"""Routed for the first time: what the router found out of a question counts from then on."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing that is said of a question and counted apart: a field of the contract's Facets, a column of
    `pending` and `log`, a field of Counted, of the same name."""

    name: str
    only: frozenset[str] | None = None
    """The measures that are cut by it; None: all."""
    found_out: bool = False
    """The router says it where the asker did not: received questions are cut by it once they are placed."""
    of_partners: bool = True
    """Cut by it are the network's counters and each partner's; else the network's alone."""
    in_figures: bool = True
    """Among the key figures of a year, and in years from before."""
    over_all_time: bool = False
    """For Prometheus."""

    @property
    def in_pieces(self) -> bool:
        """Shown in the key figures as the pieces of all questions."""
        return self.in_figures and self.of_partners

    def cuts(self, measure: str) -> bool:
        if self.only is not None:
            return measure in self.only
        if measure == PLACED:
            return self.found_out
        return not (self.found_out and measure == "received")


FACETS = (
    Facet("channel", over_all_time=True),
    Facet("origin", only=frozenset({"received"}), of_partners=False),
    Facet("subject", over_all_time=True),
    Facet("language", found_out=True, over_all_time=True),
    Facet("purpose"),
    Facet("department", only=frozenset({PLACED, "answered"}), found_out=True),
    Facet("country", only=frozenset({"received"}), of_partners=False, in_figures=False),
)
"""Every facet there is. What is forgotten here or there stops the service at its start."""


class ForgottenFacet(RuntimeError):
    """A facet is not in all the places that must know it."""


def check_facets(in_contract: Iterable[str], in_table: Iterable[str]) -> None:
    """Raises ForgottenFacet unless contract, table and rows have each facet of `FACETS`, and no other."""
    names = {facet.name for facet in FACETS}
    rows, contract, table = set(Counted._fields), set(in_contract), set(in_table)
    faults = [
        *(f"{name}: in the contract, not in FACETS" for name in contract - names),
        *(f"{name}: in FACETS, not in the contract" for name in names - contract),
        *(f"{name}: not in Counted" for name in names - rows),
        *(f"{name}: no column of pending; add a migration" for name in rows - table),
    ]
    if faults:
        raise ForgottenFacet(f"facets differ (services/metrics/domain/facts.py): {'; '.join(sorted(faults))}")
