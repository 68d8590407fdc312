"""What every handler, timer and command of the router works with. Built once, by `__main__` or by a test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.holiday_calendar import holidays_of
from services.chassis.working_time import WorkingClock, working_days
from services.router.domain.deadlines import Terms, promised
from services.router.settings import RouterSettings
from services.router.store.partner_directory import Partners
from services.router.store.session import Sessions
from services.router.store.subject_models import SubjectModels


@dataclass(frozen=True, slots=True)
class RoutingContext:
    sessions: Sessions
    working_days: WorkingClock
    terms: Terms
    attempts: int
    reopenings: int
    """How often an asker may have an answered question asked again."""

    def allowed(self, *, taken: bool) -> timedelta:
        """Open hours a partner is given now: to take the question, if it must, else to answer it."""
        return self.terms.answer if taken else self.terms.take or self.terms.answer

    def promised(self, at: datetime, _origin: str | None) -> datetime:
        """When a question asked then is answered at the latest: so far alike, wherever it was asked."""
        return promised(at, self.working_days, self.terms)

    @classmethod
    def of(cls, settings: RouterSettings) -> RoutingContext:
        holiday = holidays_of(settings.network_country, settings.network_region)
        return cls(
            sessions=Sessions(Partners(holidays_of), SubjectModels(), settings.zone),
            working_days=WorkingClock(working_days(settings.zone, holiday)),
            terms=settings.terms,
            attempts=settings.attempts,
            reopenings=settings.asker_reopenings,
        )
