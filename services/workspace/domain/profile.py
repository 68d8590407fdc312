"""A library's record in the directory: as a form shows it, as a form sends it, and what a change changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PARTNER_ROLES = ("member", "specialist", "back-up", "coordinator")
STRENGTHS = (1, 2, 3, 4, 5)

DEFAULTS: Mapping[str, Any] = {"role": "member", "languages": ["fr"], "time_zone": "Europe/Paris"}
"""What a record means that does not say it."""

ADDRESSES = ("email", "alert_email", "own_forms", "own_addresses")
"""Where its people are written to, and where its own public asks."""
OF_LEADS = (
    "languages",
    "subjects",
    "territories",
    "capacity_per_week",
    "hours",
    "time_zone",
    *ADDRESSES,
    "closures",
)
"""What the lead of a library may change of it."""
OF_COORDINATORS = ("name", "role", "reach", *OF_LEADS)
SHOWN = (
    "name",
    "role",
    "languages",
    "subjects",
    "territories",
    "capacity_per_week",
    "time_zone",
    "hours",
    *ADDRESSES,
    "reach",
)
"""In the form, in this order; closures have their own."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Days without this library, both included."""

    first: date
    last: date
    reason: str = ""

    def record(self) -> dict[str, str]:
        written = {"first": self.first.isoformat(), "last": self.last.isoformat()}
        return {**written, "reason": self.reason} if self.reason else written


def closures(record: Mapping[str, Any]) -> list[Closed]:
    """By their first day."""
    found = (
        Closed(date.fromisoformat(one["first"]), date.fromisoformat(one["last"]), one.get("reason", ""))
        for one in record.get("closures", ())
    )
    return sorted(found, key=lambda one: (one.first, one.last))


def next_week(today: date) -> Closed:
    """From Monday to Sunday."""
    monday = today + timedelta(days=7 - today.weekday())
    return Closed(monday, monday + timedelta(days=6))


def is_away(record: Mapping[str, Any], day: date) -> Closed | None:
    return next((one for one in closures(record) if one.first <= day <= one.last), None)


def changed(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Iterator[tuple[str, Any, Any]]:
    """Field, before, after: of those that differ."""
    old, new = before or {}, after or {}
    for field in dict.fromkeys((*old, *new)):
        if old.get(field) != new.get(field):
            yield field, old.get(field), new.get(field)


def difference(record: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What of the wanted fields is not so yet; a field that the record has not is empty."""
    return {field: value for field, value in wanted.items() if _plain(value) != _plain(shown(record, field))}


def shown(record: Mapping[str, Any], field: str) -> Any:
    """What a form shows of it."""
    return record.get(field, DEFAULTS.get(field, ""))


def ways(record: Mapping[str, Any]) -> tuple[str, ...]:
    """How a coordinator may have a library reached: by mail always; a queue or a webhook needs an account or
    a secret, which an operator makes."""
    known = record.get("reach", {}).get("way")
    return tuple(dict.fromkeys(way for way in (known, "mail") if way))


def addresses_to_warn(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[str]:
    """Mail addresses of a library which stays that hear of a change: each that it is written to no longer;
    all there were where its questions go elsewhere, for one that stays may be read by other people."""
    if before is None or after is None:
        return []
    redirected = _destination(before) != _destination(after)
    still = set() if redirected else {address.casefold() for address in _addresses(after)}
    known = {one.casefold(): one for one in reversed(_addresses(before))}
    return [one for name, one in reversed(known.items()) if name not in still]


def unwarned(record: Mapping[str, Any]) -> bool:
    """Whether no mail reaches this library: nobody there hears of changes or of what is late."""
    return not _addresses(record)


def _destination(record: Mapping[str, Any]) -> tuple[str, str]:
    """Where its questions go: the way, and the address in it. Mailboxes are compared without case."""
    reach = record.get("reach", {})
    way, address = reach.get("way", ""), reach.get("address", "")
    return way, address.casefold() if way == "mail" else address


def _addresses(record: Mapping[str, Any]) -> list[str]:
    reach = record.get("reach", {})
    reached = reach.get("address") if reach.get("way") == "mail" else None
    return [one for one in (reached, record.get("email"), record.get("alert_email")) if one]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()} or ""
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value] or ""
    return "" if value is None else str(value)
