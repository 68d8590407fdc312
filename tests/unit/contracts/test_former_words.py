"""While an upgrade lasts, a copy of before says some things in another word: it is read all the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import services.contracts
from services.contracts.explained import QuestionExplained
from services.contracts.router import (
    QuestionClosed,
    QuestionHandled,
    QuestionReopened,
    QuestionRouted,
    QuestionUnroutable,
)
from services.contracts.vocabulary import Fact

GOLDEN = Path(services.contracts.__file__).parent / "golden"


def data_of(fact: type[Fact]) -> dict[str, Any]:
    file = sorted((GOLDEN / fact.__name__).glob("*.json"))[0]
    data: dict[str, Any] = json.loads(file.read_text())["data"]
    return data


def test_turns_are_assignments() -> None:
    data = data_of(QuestionExplained)
    former = {("turns" if name == "assignments" else name): value for name, value in data.items()}
    assert "turns" in former
    assert QuestionExplained.model_validate(former) == QuestionExplained.model_validate(data)
    assert QuestionExplained.model_validate_json(json.dumps(former)).assignments


FORMER = [
    (QuestionRouted, {"reasons": [{"code": "hand", "points": 0, "hand": "Anna", "said": "x"}]}),
    (QuestionUnroutable, {"reason": {"code": "taken_back", "hand": "Anna"}}),
    (QuestionReopened, {"by": "hand"}),
    (QuestionClosed, {"hand": "Anna", "actor": None}),
]


@pytest.mark.parametrize(("fact", "former"), FORMER)
def test_what_a_hand_did_is_read_wherever_it_is_said(fact: type[Fact], former: dict[str, Any]) -> None:
    data = {name: value for name, value in (data_of(fact) | former).items() if value is not None}
    for read in (fact.model_validate(data), fact.model_validate_json(json.dumps(data))):
        assert "hand" not in read.model_dump_json(include={"reasons", "reason", "by"})
        assert isinstance(read, QuestionReopened) or "Anna" in read.model_dump_json()


def test_what_was_settled_is_resolved() -> None:
    data = data_of(QuestionHandled) | {"action": "settle"}
    for read in (QuestionHandled.model_validate(data), QuestionHandled.model_validate_json(json.dumps(data))):
        assert read.action == "resolve"


def test_a_hand_is_an_actor() -> None:
    data = data_of(QuestionHandled)
    former = {("hand" if name == "actor" else name): value for name, value in data.items()}
    assert "hand" in former
    assert QuestionHandled.model_validate(former) == QuestionHandled.model_validate(data)
