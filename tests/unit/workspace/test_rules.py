"""The workspace's rules that need no database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.workspace.domain.due import due
from services.workspace.domain.mentions import mentioned
from services.workspace.domain.roles import DEEDS_OF_THE_NETWORK, MAY, Member, may
from services.workspace.domain.standing import Heard, heading_of, standing
from services.workspace.domain.waits import wait_before
from services.workspace.pages.marks import marked

NOW = datetime(2026, 11, 26, 13, 0, tzinfo=UTC)
PARIS, REUNION = ZoneInfo("Europe/Paris"), ZoneInfo("Indian/Reunion")
AMEL, CLEMENT = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("hours", "day", "amount", "unit", "late"),
    [
        (3, "today", 3, "hours", False),
        (0.5, "today", 30, "minutes", False),
        (12, "tomorrow", 12, "hours", False),
        (72, "other", 3, "days", False),
        (-2, "today", 2, "hours", True),
        (-20, "yesterday", 20, "hours", True),
    ],
)
def test_a_due_time_is_told_as_people_say_it(
    hours: float, day: str, amount: int, unit: str, late: bool
) -> None:
    told = due(NOW + timedelta(hours=hours), NOW, PARIS)
    assert (told.day, told.amount, told.unit, told.late) == (day, amount, unit, late)


def test_the_day_is_that_of_the_librarys_own_zone() -> None:
    evening = datetime(2026, 11, 26, 21, 0, tzinfo=UTC)
    assert due(evening, NOW, PARIS).day == "today"
    assert due(evening, NOW, REUNION).day == "tomorrow"


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@amel tu peux ?", [AMEL]),
        ("@Clement et @AMEL", [AMEL, CLEMENT]),
        ("@Clément-Roy, merci", [CLEMENT]),
        ("écris à amel@bm.example", []),
        ("@personne", []),
    ],
)
def test_a_name_behind_an_at_calls_that_colleague(text: str, called: list[UUID]) -> None:
    assert mentioned(text, {AMEL: "Amel Benali", CLEMENT: "Clément Roy"}) == called


def test_a_role_of_a_library_counts_there_alone() -> None:
    lead = (Member("lead", "bm-lyon"),)
    assert may(lead, "invite people", "bm-lyon")
    assert not may(lead, "invite people", "bm-brest")
    assert not any(may(lead, deed) for deed in DEEDS_OF_THE_NETWORK)


def test_nobody_but_the_coordinator_steers() -> None:
    assert MAY["steer the network"] == {"coordinator"}


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("Bonjour,\n\nQui a bâti ce pont ?", "Qui a bâti ce pont ?"),
        ("Oui", "Oui"),
        ("", ""),
        ("x" * 500, "x" * 119 + "…"),
        ("mot " * 100, "mot " * 28 + "mot mot…"),
    ],
)
def test_a_heading_is_the_first_line_that_says_something(text: str, heading: str) -> None:
    assert heading_of(text) == heading


def test_waits_grow_to_half_an_hour_and_no_further() -> None:
    waits = [wait_before("mail", tries, NOW, NOW).total_seconds() for tries in range(12)]
    assert waits[:6] == [0, 0, 0, 30, 60, 120]
    assert waits[-1] == 1800


@pytest.mark.parametrize(
    "bad",
    [
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "[a](javascript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](&#106;avascript:alert(1))",
        "![a](http://spy.example/x.gif)",
        "[a](vbscript:x)",
        '<a href="x" onclick="y">',
        "<!-- x -->",
    ],
)
def test_no_mark_becomes_anything_that_runs_or_loads(bad: str) -> None:
    html = str(marked(bad))
    assert "<img" not in html
    assert "<script" not in html
    assert "<a " not in html or 'href="http' in html
    assert "<!--" not in html


def test_the_few_marks_become_what_they_mean() -> None:
    html = str(marked("# Titre\n\n- un\n- *deux*\n\n[lien](https://gallica.example)"))
    assert "<h1>Titre</h1>" in html
    assert "<em>deux</em>" in html
    assert 'href="https://gallica.example"' in html


def test_the_language_that_the_router_found_out_is_shown_and_what_the_asker_said_stays() -> None:
    received = Heard("1", "question.received", NOW, {"text": "Où ?", "facets": {"channel": "mail"}})
    found = {"channel": "mail", "language": "fr", "subject": "arts"}
    routed = Heard(
        "2",
        "question.routed",
        NOW,
        {"facets": found, "partner": {"id": "lyon", "name": "Lyon"}, "due_at": NOW.isoformat()},
    )
    for facts in ([received, routed], [routed, received]):
        known = standing(facts)
        assert known is not None
        assert known.facets == found
