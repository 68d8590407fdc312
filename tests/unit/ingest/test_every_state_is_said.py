"""Both pages with the least that each state has: no template raises for a value that is not there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from starlette.requests import Request

from services.chassis.face import NetworkFace
from services.ingest.domain.states import AskerState, LibraryState
from services.ingest.entrypoints.http.links import OpenedByPartner
from services.ingest.entrypoints.http.pages.asker import state_view
from services.ingest.entrypoints.http.pages.conversation import ShownConversation
from services.ingest.entrypoints.http.pages.rendering import SitePages
from services.ingest.entrypoints.http.pages.respondent_form import FAULTY, FIELDS
from services.ingest.entrypoints.http.pages.respondent_view import facts_of
from services.ingest.store.conversations.conversation import ConversationMessage
from services.ingest.store.conversations.questions import AskedPartner, StoredQuestion

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ID = UUID(int=7)
ABSENT = (
    *("private_note", "reference", "how", "ending", "ended_at", "url", "withdrawn_at"),
    *("erased_at", "stars"),
)
ANSWER = {"partner": {"id": "lyon", "name": "Lyon"}, "text": "Ici.", "answered_at": NOON.isoformat()}
BY_ANOTHER = ANSWER | {"partner": {"id": "x", "name": "X"}}
PAGES = SitePages("https://sesame.example", NetworkFace("Sésame"))


def question(**changes: Any) -> StoredQuestion:
    given: dict[str, Any] = {
        "id": ID,
        "facets": json.dumps({"channel": "form", "received_at": NOON.isoformat()}),
        "text": "Où ?",
        "received_at": NOON,
        **dict.fromkeys(
            (
                "private_note",
                "reference",
                "how",
                "ending",
                "ended_at",
                "url",
                "withdrawn_at",
                "erased_at",
                "stars",
            )
        ),
    }
    return StoredQuestion(**{**given, **changes})


def asked(**changes: Any) -> AskedPartner:
    return AskedPartner(ID, "lyon", "Lyon", "digest", 1, NOON, NOON, **changes)


ASKED_BACK = ConversationMessage(ID, "clarification", "lyon", "Lyon", "Quand ?", "[]", "[]", NOON, NOON)


def closed(code: str) -> StoredQuestion:
    return question(how="closed", ending=json.dumps({"reason": code}), ended_at=NOON)


ANSWERED = question(how="answered", ending=json.dumps(ANSWER), ended_at=NOON)
CASES: list[tuple[StoredQuestion, AskedPartner | None, list[ConversationMessage]]] = [
    (question(), None, []),
    (question(), asked(), []),
    (question(), asked(taken_at=NOON), []),
    (question(), asked(taken_at=NOON, taken_by="Claire"), []),
    (question(), asked(), [ASKED_BACK]),
    (question(), asked(answered_at=NOON), []),
    (question(), asked(ended_at=NOON, outcome="declined"), []),
    (question(), asked(ended_at=NOON, outcome="overdue"), []),
    (ANSWERED, asked(), []),
    (ANSWERED, asked(follow_up=ID), []),
    (ANSWERED, asked(follow_up=ID, ended_at=NOON, outcome="overdue"), []),
    (
        question(how="answered", ending=json.dumps(ANSWER | {"partner": {"id": "x", "name": "X"}})),
        asked(),
        [],
    ),
    (closed("no_reply"), asked(), [ASKED_BACK]),
    (closed("duplicate"), asked(), []),
    (closed("out_of_scope"), asked(), []),
    (question(withdrawn_at=NOON), asked(), []),
    (question(reopened_at=NOON), asked(answered_at=NOON - timedelta(hours=1)), []),
    (question(impasse_at=NOON), None, []),
    (question(erased_at=NOON, withdrawn_at=NOON), asked(), []),
]


@pytest.mark.parametrize("now", [NOON - timedelta(days=9), NOON + timedelta(days=9)])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_askers_page_is_made_in_every_state(language: str, now: datetime) -> None:
    seen = set()
    for stored, partner, messages in CASES:
        shown = ShownConversation(stored, [partner] if partner else [], [], messages)
        seen.add(shown.asker_state)
        page = asker_page(shown, language, now)
        zone = "Central European Time" in page
        assert zone == (language == "en" and stored.erased_at is None)
        late = "it is late" in page or "elle a du retard" in page
        assert not late or now > NOON
    assert seen == set(AskerState)


def asker_page(shown: ShownConversation, language: str, now: datetime) -> str:
    words = PAGES.words(_request(language))
    page = PAGES.show(
        "asker.html",
        words,
        path="/q/x",
        number="1",
        done="",
        fault="",
        fault_at="",
        written={},
        attachments=[],
        **state_view(shown, words, now),
    )
    assert page.status_code == 200
    return bytes(page.body).decode()


def test_a_promise_of_yesterday_is_late() -> None:
    shown = ShownConversation(question(), [asked()], [], [])
    assert "elle a du retard" in asker_page(shown, "fr", NOON + timedelta(days=9))
    assert "Réponse promise avant" in asker_page(shown, "fr", NOON - timedelta(days=9))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_librarys_page_is_made_in_every_state(language: str) -> None:
    seen = set()
    for stored, partner, messages in CASES:
        if partner is None:
            continue
        shown = ShownConversation(stored, [partner], [], messages)
        seen.add(shown.library_state(partner))
        page = PAGES.show(
            "respondent.html",
            PAGES.words(_request(language)),
            path="/r/x",
            number="1",
            done="",
            attachments=[],
            similar=[],
            faults=dict.fromkeys(FAULTY, ""),
            held=None,
            waiting=(),
            held_why="",
            held_files=[],
            values=dict.fromkeys((*FIELDS, "ask"), ""),
            partners={},
            **facts_of(OpenedByPartner(stored, [partner], partner), shown),
        )
        assert page.status_code == 200
    assert seen == set(LibraryState)


def _request(language: str) -> Request:
    scope = {"type": "http", "query_string": f"lang={language}".encode(), "headers": [], "path": "/"}
    return Request(scope)
