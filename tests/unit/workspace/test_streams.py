"""Open pages that are told what changes: nobody takes the places of others."""

from uuid import UUID

from services.workspace.entrypoints.questions.streams import MOST_EACH, Stream, Streams


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
