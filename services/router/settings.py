"""What the router can be told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from services.chassis.settings import ServiceSettings
from services.router.domain.deadlines import Terms


class RouterSettings(ServiceSettings):
    """Variables begin with SESAME_. What each part of a choice weighs is no setting: the coordinator says it
    (`./sesame router weights`, the workspace)."""

    partners_file: Path | None = Field(
        default=None,
        description="Partners (YAML or CSV) to import at each start; none: those in the database",
    )
    network_country: str = Field(
        default="FR", pattern=r"^[A-Z]{2}$", description="Whose holidays the promise heeds (ISO 3166)"
    )
    network_region: str | None = Field(default=None, description="Region of these holidays, if they differ")
    network_time_zone: str = Field(
        default="Europe/Paris", description="Where the network's days and weeks begin"
    )
    promise_hours: float = Field(
        default=72, gt=0, description="Hours on working days until the asker is answered"
    )
    take_open_hours: float = Field(
        default=0, ge=0, description="Open hours a partner has to take a question; 0: it need not"
    )
    answer_open_hours: float = Field(default=16, gt=0, description="Open hours a partner has to answer")
    remind_open_hours: float = Field(
        default=4, ge=0, description="Open hours before the due time: a reminder"
    )
    attempts: int = Field(default=5, ge=1, description="Partners asked before the coordinator must see to it")
    clarification_days: float = Field(
        default=14, gt=0, description="Days an asker has to reply to a library; then the question ends"
    )
    asker_reopenings: int = Field(
        default=2, ge=0, description="How often an asker may have an answered question asked again"
    )
    timer_seconds: float = Field(default=5, gt=0, description="Rest between two looks for what is due")

    @field_validator("network_time_zone")
    @classmethod
    def _exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            raise ValueError(f'there is no time zone "{name}"; write one like "Europe/Paris"') from None
        return name

    @property
    def terms(self) -> Terms:
        return Terms(
            promise=timedelta(hours=self.promise_hours),
            take=timedelta(hours=self.take_open_hours),
            answer=timedelta(hours=self.answer_open_hours),
            remind=timedelta(hours=self.remind_open_hours),
            clarification=timedelta(days=self.clarification_days),
        )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.network_time_zone)
