"""Promises about who is told what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from services.notifier.domain import plan
from services.notifier.domain.question_state import AcceptedBy, CurrentAssignment, QuestionState

QUESTION = UUID("01935c2e-7a00-7000-8000-000000000001")
MAIL = {"mail": "asker@example.org"}


MOMENT = datetime(2026, 11, 20, 9, 12, 31, tzinfo=UTC)
HOUR = timedelta(hours=1)


def assignment(
    attempt: int, partner: str = "bpi", way: str = "queue", at: datetime = MOMENT
) -> CurrentAssignment:
    return CurrentAssignment(uuid4(), partner, way, partner, attempt, at)


def test_asker_is_answered_where_they_asked_or_on_their_page() -> None:
    channels = {"mastodon"}
    assert plan.asker_way(MAIL, "form", channels) == "mail"
    assert plan.asker_way({}, "api", channels) == "page"
    assert plan.asker_way({"post_id": "1"}, "mastodon", channels) == "mastodon"
    assert plan.asker_way({"post_id": "1"}, "facebook_page", channels) == "page"


def test_acknowledgement_is_one_however_often_it_is_decided() -> None:
    state = QuestionState(QUESTION, MAIL, over=False)
    assert plan.acknowledgement(state) == plan.acknowledgement(state)


def test_nobody_is_written_to_without_an_address() -> None:
    assert plan.acknowledgement(QuestionState(QUESTION, {}, over=False)) == []


def test_an_address_that_nothing_supports_hears_from_people_alone() -> None:
    state = QuestionState(QUESTION, MAIL | {"proof": "claimed"}, over=False)
    assert plan.acknowledgement(state) == []
    assert plan.late(state, MOMENT, MOMENT) == []
    assert plan.answer(state, uuid4(), MOMENT, "mail").way == "mail"
    for proof in ("typed", "return_path", "authenticated"):
        assert plan.acknowledgement(QuestionState(QUESTION, MAIL | {"proof": proof}, over=False))


def test_the_first_partner_hears_when_the_question_goes_to_the_next() -> None:
    first, second = assignment(1), assignment(2, "lyon")
    ended = plan.ended(QuestionState(QUESTION, MAIL, over=False, assignments=(second, first)))
    assert [planned.assignment for planned in ended] == [first.id]


def test_system_that_answered_hears_the_end_and_a_person_does_not() -> None:
    system, person = assignment(1, "bpi", "queue"), assignment(1, "lyon", "mail")
    for asked, expected in ((system, 1), (person, 0)):
        state = QuestionState(
            QUESTION, MAIL, over=False, assignments=(asked,), answers=(AcceptedBy(asked.partner, MOMENT),)
        )
        assert len(plan.ended(state)) == expected


def test_a_closing_ends_the_assignments_before_it_and_none_after_a_reopening() -> None:
    before, since = assignment(1, at=MOMENT), assignment(2, "lyon", at=MOMENT + 2 * HOUR)
    for known, expected in (((before,), [before.id]), ((since,), [])):
        closed = QuestionState(QUESTION, MAIL, over=False, assignments=known).with_closing(MOMENT + HOUR)
        assert [planned.assignment for planned in plan.ended(closed)] == expected


def test_an_answer_before_a_reopening_ends_no_assignment_since() -> None:
    asked = assignment(2, "lyon", at=MOMENT + 2 * HOUR)
    first, second = AcceptedBy("bpi", MOMENT + HOUR), AcceptedBy("bpi", MOMENT + 3 * HOUR)
    assert plan.ended(QuestionState(QUESTION, MAIL, over=False, assignments=(asked,), answers=(first,))) == []
    assert (
        len(
            plan.ended(
                QuestionState(QUESTION, MAIL, over=False, assignments=(asked,), answers=(first, second))
            )
        )
        == 1
    )
