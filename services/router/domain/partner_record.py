"""A partner as a plain record (of YAML, CSV or JSON) and back; every fault is named with its fix.

`read_partner` takes a mapping of strings, numbers, lists and mappings. Unknown fields are faults: nearly
always they are slips of the pen. `write_partner` gives the smallest record that reads back the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from datetime import date
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from services.chassis.working_time import MIDNIGHT
from services.contracts.addresses import PARTNER_ID, is_partner_id
from services.router.domain.hours.calendars import WEEKDAYS, Closure, Hours, Slot
from services.router.domain.partner import Partner, PartnerRole, ReachedBy
from services.router.domain.territory import fault_in
from services.router.domain.themes import theme_of

REQUIRED = ("id", "name", "reach")
WAYS = ("mail", "queue", "webhook")
_SLOT = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_THEME = re.compile(r"[a-z][a-z0-9_-]{0,62}")


class FaultyPartner(ValueError):
    """A record that is no partner. The message names each field that is wrong, its value and the fix."""


def read_partner(record: Mapping[str, Any]) -> Partner:
    """Raises FaultyPartner with all faults of the record."""
    faults = [f"{name} is missing" for name in REQUIRED if record.get(name) in (None, "")]
    fields: dict[str, Any] = {}
    for field, value in record.items():
        try:
            fields |= _read(field, value)
        except FaultyPartner as fault:
            faults.append(str(fault))
    if faults:
        name = record.get("name") or record.get("id") or "?"
        raise FaultyPartner(f'partner "{name}": {"; ".join(faults)}')
    return Partner(**fields)


def faults_in(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Of some fields of a record, each that is wrong, and why."""
    for field, value in fields.items():
        try:
            read = _read(field, value)
        except FaultyPartner as fault:
            yield field, str(fault)
        else:
            if field in REQUIRED and not read:
                yield field, f"{field} is missing"


def _read(field: str, value: Any) -> dict[str, Any]:
    """Nothing where there is no value: the default stands."""
    reader = READERS.get(field)
    if reader is None:
        raise FaultyPartner(f"there is no field {field}; fields are {', '.join(READERS)}")
    return {} if value in (None, "") else {field: reader(value)}


def _identifier(value: Any) -> str:
    if not is_partner_id(str(value)):
        likely = re.sub(r"[^a-z0-9]+", "-", str(value).lower()).strip("-")
        raise FaultyPartner(f'id must match {PARTNER_ID}, not "{value}"; try "{likely}"')
    return str(value)


def _line(value: Any) -> str:
    text = str(value).strip()
    if not text or len(text) > 500 or re.search(r"[\x00\r\n]", text):
        raise FaultyPartner(f"one line of 1 to 500 characters is wanted, not {text[:60]!r}")
    return text


def _mail(value: Any) -> str:
    if not re.fullmatch(r"[^\s@\x00]+@[^\s@\x00]+", str(value)) or len(str(value)) > 320:
        raise FaultyPartner(f'"{value}" is no mail address')
    return str(value)


def _words(value: Any) -> tuple[str, ...]:
    items = value.split() if isinstance(value, str) else value
    if not isinstance(items, list | tuple):
        raise FaultyPartner(f"a list is wanted, not {value!r}")
    return tuple(str(item) for item in items)


def _languages(value: Any) -> frozenset[str]:
    for language in _words(value):
        if not re.fullmatch(r"[a-z]{2,3}", language):
            raise FaultyPartner(f'language "{language}" must be an ISO 639 code like "fr"')
    return frozenset(_words(value))


def _territories(value: Any) -> frozenset[str]:
    words = frozenset(word.zfill(2) if word.isdigit() else word for word in _words(value))
    for word in sorted(words):
        if fault := fault_in(word):
            raise FaultyPartner(f'territory "{word}": {fault}')
    return words


def _subjects(value: Any) -> Mapping[str, int]:
    if not isinstance(value, Mapping):
        raise FaultyPartner(f"subjects map a theme to a strength from 1 to 5, not {value!r}")
    strengths: dict[str, int] = {}
    for subject, strength in value.items():
        theme = theme_of(str(subject))
        if not _THEME.fullmatch(theme):
            raise FaultyPartner(
                f'subject "{subject}" must be a word like "histoire" or a Dewey class like "944"'
            )
        if strength not in (1, 2, 3, 4, 5):
            raise FaultyPartner(f"strength of {subject} must be 1 to 5, not {strength!r}")
        strengths[theme] = max(strength, strengths.get(theme, 0))
    return strengths


def _whole(value: Any) -> int:
    if not re.fullmatch(r"\d{1,6}", str(value)):
        raise FaultyPartner(f"capacity_per_week must be a whole number of questions, not {value!r}")
    return int(value)


def _hours(value: Any) -> Hours:
    if not isinstance(value, Mapping):
        raise FaultyPartner(f'hours map a weekday to slots, {{mon: ["10:00-12:30"]}}, not {value!r}')
    hours: dict[int, tuple[Slot, ...]] = {}
    for day, slots in value.items():
        if day not in WEEKDAYS:
            raise FaultyPartner(f'weekday "{day}" must be one of {", ".join(WEEKDAYS)}')
        hours[WEEKDAYS.index(day)] = _slots(str(day), slots)
    return hours


def _slots(day: str, value: Any) -> tuple[Slot, ...]:
    slots = tuple(sorted(_slot(text) for text in _words(value)))
    for earlier, later in pairwise(slots):
        if later.start < earlier.end:
            raise FaultyPartner(f"slots of {day} overlap: {earlier} and {later}")
    return slots


def _slot(text: str) -> Slot:
    form = _SLOT.fullmatch(text)
    if form is None:
        raise FaultyPartner(f'slot "{text}" must be like "10:00-12:30"')
    hour, minute, until_hour, until_minute = (int(part) for part in form.groups())
    slot = Slot(hour * 60 + minute, until_hour * 60 + until_minute)
    if not 0 <= slot.start < slot.end <= MIDNIGHT or max(minute, until_minute) > 59:
        raise FaultyPartner(f'slot "{text}" must end after it starts, by 24:00')
    return slot


def _zone(value: Any) -> str:
    try:
        ZoneInfo(str(value))
    except (ValueError, OSError, KeyError):
        raise FaultyPartner(f'time_zone "{value}" is unknown; write one like "Europe/Paris"') from None
    return str(value)


def _country(value: Any) -> str:
    if not re.fullmatch(r"[A-Z]{2}", str(value)):
        raise FaultyPartner(f'country "{value}" must be an ISO 3166 code like "FR"')
    return str(value)


def _closures(value: Any) -> tuple[Closure, ...]:
    if not isinstance(value, list | tuple):
        raise FaultyPartner(f"closures are a list of {{first, last, reason}}, not {value!r}")
    return tuple(_closure(item) for item in value)


def _closure(item: Any) -> Closure:
    if not isinstance(item, Mapping) or not {"first", "last"} <= set(item) <= {"first", "last", "reason"}:
        raise FaultyPartner(f"a closure has first, last and perhaps a reason, not {item!r}")
    closure = Closure(_date(item["first"]), _date(item["last"]), str(item.get("reason") or ""))
    if closure.last < closure.first:
        raise FaultyPartner(f"closure ends on {closure.last}, before its first day {closure.first}")
    return closure


def _date(value: Any) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise FaultyPartner(f'"{value}" is no date; write 2026-12-24') from None


def _reach(value: Any) -> ReachedBy:
    """A webhook's address may also be called its url."""
    fields = dict(value) if isinstance(value, Mapping) else {}
    address = fields.pop("address", None) or fields.pop("url", None)
    if set(fields) != {"way"} or not address:
        raise FaultyPartner(f'reach is {{way: mail, address: "…"}}, not {value!r}')
    if fields["way"] not in WAYS:
        raise FaultyPartner(f"reach.way must be one of {', '.join(WAYS)}, not {fields['way']!r}")
    return ReachedBy(fields["way"], _ADDRESSES[fields["way"]](address))


def _url(value: Any) -> str:
    url = _line(value)
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("https", "http") and parts.hostname and parts.username is None
    except ValueError:
        fine = False
    if not fine:
        raise FaultyPartner(f'webhook "{url}" must be https://host/path, without user or password')
    return url


_ADDRESSES: Mapping[str, Callable[[Any], str]] = {"mail": _mail, "webhook": _url, "queue": _line}


def _role(value: Any) -> PartnerRole:
    if value not in list(PartnerRole):
        raise FaultyPartner(f'role "{value}" must be one of {", ".join(PartnerRole)}')
    return PartnerRole(value)


READERS: Mapping[str, Callable[[Any], Any]] = {
    "id": _identifier,
    "name": _line,
    "kind": _line,
    "email": _mail,
    "alert_email": _mail,
    "languages": _languages,
    "subjects": _subjects,
    "territories": _territories,
    "capacity_per_week": _whole,
    "hours": _hours,
    "time_zone": _zone,
    "country": _country,
    "region": _line,
    "closures": _closures,
    "reach": _reach,
    "role": _role,
    "own_forms": _words,
    "own_addresses": _words,
}


def write_partner(partner: Partner) -> dict[str, Any]:
    """Only what differs from the defaults, in the order of READERS, in plain values."""
    own = {name: getattr(partner, name) for name in READERS}
    return {name: _plain(name, value) for name, value in own.items() if not _is_default(name, value)}


def _is_default(name: str, value: Any) -> bool:
    default = _DEFAULTS[name]
    return bool(value == default)


def _plain(name: str, value: Any) -> Any:
    if name == "hours":
        return {WEEKDAYS[day]: [str(slot) for slot in slots] for day, slots in sorted(value.items())}
    if name == "closures":
        return [_plain_closure(closure) for closure in value]
    if name == "reach":
        return {"way": value.way, "address": value.address}
    if name == "subjects":
        return dict(sorted(value.items()))
    if isinstance(value, frozenset | tuple):
        return sorted(value)
    return str(value) if isinstance(value, PartnerRole) else value


def _plain_closure(closure: Closure) -> dict[str, str]:
    record = {"first": closure.first.isoformat(), "last": closure.last.isoformat()}
    return {**record, "reason": closure.reason} if closure.reason else record


_DEFAULTS: Mapping[str, Any] = {
    field.name: field.default_factory() if field.default_factory is not MISSING else field.default
    for field in fields(Partner)
}
