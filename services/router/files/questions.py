"""Questions to rehearse with: one JSON object per line.

Read are `asked_at`, `country`, `postcode`, `language`, `subject`, `origin` or `origin_partner`; all optional.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from services.chassis.working_time import WorkingClock
from services.router.domain.deadlines import Terms, promised
from services.router.domain.routing.routing_request import RoutingRequest
from services.router.domain.territory import Territory
from services.router.domain.themes import theme_of
from services.router.files.partners import FaultyFile

BETWEEN = timedelta(minutes=20)


def read_questions(
    path: Path, working_days: WorkingClock, terms: Terms, start: datetime
) -> Iterator[tuple[datetime, RoutingRequest]]:
    """Those without a time come twenty minutes apart, from `start`. Raises FaultyFile with the line."""
    now = start
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            record = orjson.loads(line)
            now = datetime.fromisoformat(record["asked_at"]) if record.get("asked_at") else now + BETWEEN
        except (orjson.JSONDecodeError, ValueError, TypeError) as error:
            raise FaultyFile(f"{path}, line {number}: {error}") from error
        yield now, _asked(str(number), record, promised(now, working_days, terms))


def _lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().splitlines()
    except OSError as error:
        raise FaultyFile(f"{path}: {error.strerror}") from error


def _asked(id_: str, record: dict[str, Any], promise_at: datetime) -> RoutingRequest:
    country, postcode = record.get("country"), record.get("postcode")
    return RoutingRequest(
        id=id_,
        promise_at=promise_at,
        place=Territory(country or "FR", postcode) if country or postcode else None,
        language=record.get("language"),
        subject=theme_of(record["subject"]) if record.get("subject") else None,
        origin=record.get("origin") or record.get("origin_partner"),
    )
