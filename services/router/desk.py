"""What every handler, timer and command of the router works with. Built once, by `__main__` or by a test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.router.domain.calendars import working_days
from services.router.domain.deadlines import Terms
from services.router.domain.network import Weights
from services.router.domain.working_time import Clock
from services.router.holiday_calendar import holidays_of
from services.router.ledger import Ledgers
from services.router.partners import Partners
from services.router.settings import RouterSettings
from services.router.subject_models import SubjectModels


@dataclass(frozen=True, slots=True)
class Desk:
    ledgers: Ledgers
    working_days: Clock
    terms: Terms
    weights: Weights
    attempts: int

    def allowed(self, *, taken: bool) -> timedelta:
        """Open hours a partner is given now: to take the question, if it must, else to answer it."""
        return self.terms.answer if taken else self.terms.take or self.terms.answer

    @classmethod
    def of(cls, settings: RouterSettings) -> Desk:
        holiday = holidays_of(settings.network_country, settings.network_region)
        return cls(
            ledgers=Ledgers(Partners(holidays_of), SubjectModels(), settings.zone),
            working_days=Clock(working_days(settings.zone, holiday)),
            terms=settings.terms,
            weights=settings.weights,
            attempts=settings.attempts,
        )
