"""Open pages that are told what changes: nobody takes the places of others."""

from uuid import UUID

from services.workspace.domain.roles import Member
from services.workspace.entrypoints.questions.streams import EVERYTHING, MOST_EACH, Stream, Streams, follows
from services.workspace.entrypoints.sign_in.guard import Visitor


def stream(person: int) -> Stream:
    return Stream(UUID(int=person), frozenset({"lyon"}), None)


def test_one_person_has_a_share_of_the_streams_and_no_more() -> None:
    streams = Streams(most=10 * MOST_EACH)
    own = [stream(1) for _ in range(MOST_EACH)]
    assert all(map(streams.open, own))
    assert not streams.open(stream(1))
    assert streams.open(stream(2))
    streams.close(own[0])
    assert streams.open(stream(1))


def visitor(*members: Member) -> Visitor:
    return Visitor(UUID(int=1), UUID(int=2), "Amel", "amel@lyon.example", "fr", members, seal="")


def test_a_page_is_over_when_a_library_that_it_shows_is_no_longer_its_persons() -> None:
    lyon, brest = Member("lead", "lyon"), Member("respondent", "brest")
    own = stream(1)
    assert follows(visitor(lyon), own)
    assert follows(visitor(lyon, brest), own)
    assert not follows(visitor(brest), own)
    assert not follows(visitor(), own)
    of_the_network = Stream(UUID(int=1), frozenset(), None)
    assert follows(visitor(Member("observer")), of_the_network)
    assert not follows(visitor(), of_the_network)


def test_a_page_of_a_question_looks_again_when_its_librarys_record_changed() -> None:
    streams, own = Streams(most=2), Stream(UUID(int=1), frozenset({"lyon"}), "a question")
    assert streams.open(own)
    streams.tell("brest", EVERYTHING)
    assert not own.woken.is_set()
    streams.tell("lyon", EVERYTHING)
    assert (own.woken.is_set(), own.changed) == (True, False)
