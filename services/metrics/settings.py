"""What metrics needs to know beside what every service does."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.chassis.face import FaceSettings
from services.chassis.settings import ServiceSettings


def _zone(value: object) -> object:
    if isinstance(value, str):
        try:
            return ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(
                "no such time zone; one of the tz database, as Europe/Paris, is needed"
            ) from None
    return value


class NetworkSettings(BaseSettings):
    """How the network counts time. Commands need only this; the router's settings have the same names."""

    model_config = SettingsConfigDict(env_prefix="SESAME_", extra="ignore")

    network_time_zone: Annotated[ZoneInfo, BeforeValidator(_zone)] = Field(
        default=ZoneInfo("Europe/Paris"),
        description="The network's time zone: days, months and years are cut in it",
    )
    network_country: str = Field(
        default="FR",
        pattern=r"^[A-Z]{2}$",
        description="Whose public holidays are no working time (ISO 3166)",
    )
    network_region: str | None = Field(default=None, description="Region of these holidays, if they differ")


class SheetSettings(NetworkSettings, FaceSettings):
    """What pages, posters and files say beside the numbers. Commands that write them need only this."""

    public_url: str = Field(
        default="http://127.0.0.1:8080", description="Where questions are asked, for links to it"
    )
    metrics_public_url: str = Field(
        default="", description="Where the pages are seen from outside; empty: links stay on the same host"
    )
    figures_made_up_until: date | None = Field(
        default=None,
        description="For demonstrations: last day whose numbers are made up, as 2026-11-27; said beside them",
    )


class MetricsSettings(SheetSettings, ServiceSettings):
    archive_url: str = Field(default="", description="Where everyone reads the archive; empty: no link to it")
    metrics_host: str = Field(default="127.0.0.1", description="Address of the figures pages")
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the figures pages; 0 takes any free one"
    )
    metrics_fold_seconds: float = Field(
        default=2.0, gt=0, description="Seconds between two times of counting: how late counters may be"
    )
