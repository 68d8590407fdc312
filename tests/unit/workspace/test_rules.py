"""The workspace's rules that need no database."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.workspace.domain.due import due
from services.workspace.domain.joining import account_command, proposed_id
from services.workspace.domain.mentions import calls_of, mentioned
from services.workspace.domain.read_model import Heard, heading_of, read_model
from services.workspace.domain.referral import ReferredQuestion, choices, is_open, opens_at
from services.workspace.domain.roles import ACTIONS_OF_THE_NETWORK, MAY, Member, may
from services.workspace.domain.steering import SteeringAction, possible
from services.workspace.domain.waits import wait_before

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
    assert not any(may(lead, action) for action in ACTIONS_OF_THE_NETWORK)


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


LYON_SAYS = {
    "subjects": {"histoire": 5},
    "languages": ["fr"],
    "hours": {"thu": ["9:00-12:00", "14:00-18:00"]},
}


def listed_as(name: str, **record: object) -> dict[str, object]:
    return {"id": name, "name": name, "record": record, "open": 2}


def test_a_question_is_passed_on_to_who_is_strong_and_open_first() -> None:
    rows = [
        listed_as("coordination", role="coordinator"),
        listed_as("takes-none", capacity_per_week=0, subjects={"histoire": 5}),
        listed_as("brest"),
        listed_as("caen", subjects={"histoire": 4}, hours={"fri": ["10:00-12:00"]}),
        listed_as("lyon", **LYON_SAYS),
        listed_as("reunion", subjects={"histoire": 5}, time_zone="Indian/Reunion", languages=["en"]),
        listed_as("nice", subjects={"histoire": 5}, closures=[{"first": "2026-11-26", "last": "2026-11-27"}]),
    ]
    at_two = NOW.replace(hour=13, minute=30)
    found = choices(rows, ReferredQuestion("histoire", "fr", at_two, PARIS))
    assert [(one.id, one.group) for one in found[:2]] == [("lyon", "open"), ("caen", "strong")]
    assert {one.group for one in found[2:]} == {"other"}
    by_name = {one.id: one for one in found}
    assert by_name["caen"].opens_at == datetime(2026, 11, 27, 10, 0, tzinfo=PARIS)
    assert set(by_name) == {"brest", "caen", "lyon", "reunion", "nice"}


def test_a_library_without_hours_keeps_those_of_an_office() -> None:
    saturday = datetime(2026, 11, 28, 11, 0, tzinfo=PARIS)
    assert not is_open({}, saturday)
    assert is_open({}, saturday - timedelta(days=1))
    assert opens_at({}, saturday) == datetime(2026, 11, 30, 9, 0, tzinfo=PARIS)


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
        known = read_model(facts)
        assert known is not None
        assert known.facets == found


@pytest.mark.parametrize(
    ("since", "ends"),
    [
        (["question.routed"], ("close",)),
        (["question.unroutable"], ("close",)),
        (["question.answered"], ()),
        (["question.answered", "follow_up.routed"], ("resolve",)),
        (["question.answered", "follow_up.unhandled"], ("resolve",)),
        (["question.answered", "follow_up.routed", "question.closed"], ()),
        (["question.routed", "question.withdrawn"], ()),
    ],
)
def test_one_whose_asker_is_forgotten_can_be_ended_and_nothing_else(
    since: list[str], ends: tuple[SteeringAction, ...]
) -> None:
    said = {"text": "", "partner": {"id": "lyon", "name": "Lyon"}, "due_at": NOW.isoformat()}
    types = ["question.received", *since, "asker.erased"]
    known = read_model(Heard(str(at), one, NOW + timedelta(hours=at), said) for at, one in enumerate(types))
    assert known is not None
    assert possible(known) == ends


def test_what_strangers_write_is_one_word_of_the_operators_command() -> None:
    name = "Vaulx $(reboot); `id` \"'"
    command = account_command("vaulx", name, {"territories": ["69", "; rm"], "subjects": {"histoire": 4}})
    assert shlex.split(command) == [
        *("operator", "partners", "add", "vaulx", "--name", name),
        *("--subjects", "histoire:4", "--territories", "69,; rm"),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Médiathèque de Saint-Étienne", "mediatheque-de-saint-etienne"),
        ("Œuvres !", "oeuvres"),
        ("図書館", "bibliotheque"),
    ],
)
def test_an_identifier_is_proposed_of_any_name(name: str, expected: str) -> None:
    assert proposed_id(name) == expected


def test_two_of_one_first_name_are_called_by_their_whole_names() -> None:
    assert calls_of(["Amel Benali", "Bruno Roux", "bruno Petit", ""]) == [
        "@Amel",
        "@Bruno-Roux",
        "@bruno-Petit",
    ]
    assert calls_of(["Paul Amel", "Amel Benali"]) == ["@Paul", "@Amel-Benali"]


def test_two_of_one_whole_name_are_called_together_and_it_says_so() -> None:
    assert calls_of(["Bruno Roux", "Zoé Roy", "Bruno ROUX"]) == ["@Bruno-Roux ×2", "@Zoé"]


@pytest.mark.parametrize(
    "name", ["Bruno St. Clair", "J.-P. Roux", "Anne (Lyon)", "Ame\u0301lie O’Brien", "Li & Co."]
)
@pytest.mark.parametrize("namesake", ["Clair", ""])
def test_each_call_that_is_shown_calls(name: str, namesake: str) -> None:
    first = name.split()[0]
    people = {AMEL: name, CLEMENT: f"{first} {namesake} Petit"}
    for person, call in zip(people, calls_of(people.values()), strict=True):
        assert mentioned(f"Merci, {call} !", people) == [person]
