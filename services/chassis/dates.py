"""Dates as people write them, in the languages that the network writes in."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

DAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}


def day(moment: datetime, language: str, zone: str) -> str:
    """`mercredi 25 novembre 2026` in that zone; the first of a month is `1er` in French."""
    local = moment.astimezone(ZoneInfo(zone)).date()
    return f"{DAYS[language][local.weekday()]} {written(local, language)}"


def written(day: date, language: str) -> str:
    """`25 novembre 2026`."""
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{number} {MONTHS[language][day.month - 1]} {day.year}"


def day_and_hour(moment: datetime, language: str, zone: str) -> str:
    """`mercredi 25 novembre 2026 à 17 h 30`, `Wednesday 25 November 2026, 17:30`."""
    local = moment.astimezone(ZoneInfo(zone))
    if language == "fr":
        return f"{day(moment, language, zone)} à {local.hour} h {local.minute:02d}"
    return f"{day(moment, language, zone)}, {local:%H:%M}"
