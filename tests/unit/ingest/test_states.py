"""How a question stands, for asker and library: one state for whatever happened, and every state can be."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.states import (
    AskerState,
    Ending,
    LibraryState,
    PartnerAssignment,
    asker_state,
    is_waiting,
    library_state,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ONE = datetime(2026, 11, 23, 13, tzinfo=UTC)
OPEN = Ending(None)
LYON = PartnerAssignment("lyon", is_follow_up=False, ended=False)

ENDINGS = st.builds(
    Ending,
    st.sampled_from([None, "answered", "closed"]),
    st.sampled_from([None, "out_of_scope", "duplicate", "no_reply", "spam"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "lyon", "grigny"]),
)
ASSIGNMENTS = st.builds(
    PartnerAssignment,
    st.sampled_from(["lyon", "grigny"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "added", "closed", "declined", "overdue"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


@given(ENDINGS, st.lists(ASSIGNMENTS, max_size=3), st.booleans())
def test_there_is_a_state_for_whatever_happened(
    ending: Ending, assignments: list[PartnerAssignment], waiting: bool
) -> None:
    assert asker_state(ending, assignments, waiting=waiting) in AskerState
    for assignment in assignments:
        assert library_state(ending, assignment, waiting=waiting) in LibraryState


def test_nobody_has_a_question_whose_last_library_declined() -> None:
    declined = PartnerAssignment("lyon", is_follow_up=False, ended=True, outcome="declined")
    assert asker_state(OPEN, [declined], waiting=False) is AskerState.SEARCHING
    assert library_state(OPEN, declined, waiting=False) is LibraryState.DECLINED


def test_an_asker_is_waited_for_until_they_wrote_after_the_last_question_back() -> None:
    assert is_waiting([NOON], [])
    assert not is_waiting([NOON], [ONE])
    assert is_waiting([ONE], [NOON])
    assert asker_state(OPEN, [LYON], waiting=True) is AskerState.WAITING


def test_a_question_that_nobody_could_be_asked_is_with_nobody() -> None:
    assert asker_state(OPEN, [], waiting=False) is AskerState.RECEIVED
    assert asker_state(OPEN, [], waiting=False, impasse=True) is AskerState.SEARCHING


def test_who_answered_before_it_was_asked_again_reads_that_it_was() -> None:
    answered = PartnerAssignment("lyon", is_follow_up=False, ended=True, answered=True, asked_again=True)
    assert library_state(OPEN, answered, waiting=False) is LibraryState.ASKED_AGAIN
    assert asker_state(OPEN, [answered], waiting=False) is AskerState.SEARCHING
    assert asker_state(OPEN, [answered, LYON], waiting=False) is AskerState.WITH_LIBRARY


def test_a_follow_up_is_with_its_library_until_it_was_seen_to() -> None:
    answered = Ending("answered", answered_by="lyon")
    follow_up = PartnerAssignment("lyon", is_follow_up=True, ended=False)
    done = PartnerAssignment("lyon", is_follow_up=True, ended=True, outcome="added")
    assert asker_state(answered, [LYON, follow_up], waiting=False) is AskerState.FOLLOWED_UP
    assert library_state(answered, follow_up, waiting=False) is LibraryState.FOLLOW_UP
    assert asker_state(answered, [LYON, done], waiting=False) is AskerState.ANSWERED


def test_the_second_colleague_sees_that_the_first_one_answered() -> None:
    sent = PartnerAssignment("lyon", is_follow_up=False, ended=False, answered=True)
    assert library_state(OPEN, sent, waiting=False) is LibraryState.ANSWER_ON_ITS_WAY
