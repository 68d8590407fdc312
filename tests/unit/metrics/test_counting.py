"""Whatever the order, the duplicates taken out, and the split over copies: the same counters."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metrics.domain.buckets import BOUNDS, bucket, quantile
from services.metrics.domain.facts import FACETS, KINDS, Counted, ForgottenFacet, check_facets
from services.metrics.domain.increments import NETWORK, CounterKey, tally
from services.metrics.domain.times import NetworkTime

TIMES = NetworkTime(ZoneInfo("Europe/Paris"))
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MARCH = date(2026, 3, 1)
FORTNIGHT = 14 * 86_400

moments = st.integers(0, 3 * 366 * 86_400).map(lambda seconds: MONDAY + timedelta(seconds=seconds))
nothing = st.just("")
partners = st.sampled_from(["", "bpi", "lyon", "namur"])
facts = st.builds(
    Counted,
    kind=st.sampled_from(KINDS),
    at=moments,
    event=st.uuids(),
    channel=st.sampled_from(["mail", "form"]),
    partner=partners,
    origin=partners,
    subject=st.sampled_from(["", "cinema"]),
    language=nothing,
    purpose=nothing,
    department=nothing,
    country=nothing,
    detail=st.sampled_from(["", "mail"]),
    promise_at=st.none() | moments,
    number=st.none() | st.integers(1, 5),
    received_at=st.none() | moments,
    waited_seconds=st.none() | st.floats(1, FORTNIGHT),
    waited_working_seconds=st.none() | st.floats(0, FORTNIGHT),
)


ANSWERED = Counted("answered", MONDAY, UUID(int=1), channel="mail", partner="bpi", received_at=MONDAY)


@given(st.lists(facts, max_size=30).flatmap(lambda all_: st.tuples(st.just(all_), st.permutations(all_))))
def test_any_order_and_any_split_give_the_same_counters(
    pair: tuple[list[Counted], list[Counted]],
) -> None:
    plain, shuffled = pair
    third = len(shuffled) // 3
    split = tally(shuffled[:third], TIMES) + tally(shuffled[third:], TIMES)
    assert split == tally(plain, TIMES)


@given(st.lists(facts, max_size=30))
def test_many_facts_count_as_each_alone_adds_up(all_: list[Counted]) -> None:
    alone: Counter[CounterKey] = Counter()
    for fact in all_:
        alone.update(tally([fact], TIMES))
    assert tally(all_, TIMES) == alone


@given(st.lists(facts, max_size=30))
def test_every_fact_is_counted_once_in_every_dimension(all_: list[Counted]) -> None:
    counters = tally(all_, TIMES)
    expected: Counter[str] = Counter()
    for fact in all_:
        expected[fact.kind] += (fact.number or 1) if fact.kind == "viewed" else 1
    for facet in ("channel", "subject", "purpose", "day"):
        counted: Counter[str] = Counter()
        for key, n in counters.items():
            if key.partner == NETWORK and key.facet == facet and key.measure in KINDS:
                counted[key.measure] += n
        assert counted == expected


def test_what_the_router_found_out_of_a_question_counts_when_it_is_placed_and_for_its_origin() -> None:
    received = Counted("received", ANSWERED.at, ANSWERED.event, channel="mail", origin="montreuil")
    placed = received._replace(kind="routed", partner="lyon", number=1, language="de", department="93")
    counters = tally([received, placed, placed._replace(number=2)], TIMES)
    found = {(key.partner, key.facet, key.value): n for key, n in counters.items() if key.measure == "placed"}
    assert found == {
        (owner, facet, value): 1
        for owner in (NETWORK, "montreuil")
        for facet, value in (("language", "de"), ("department", "93"))
    }
    assert not [
        key for key in counters if key.measure == "received" and key.facet in ("language", "department")
    ]


def test_a_facet_that_one_place_does_not_know_is_named() -> None:
    names = {facet.name for facet in FACETS}
    check_facets(names, Counted._fields)
    with pytest.raises(ForgottenFacet, match="age_group: in the contract, not in FACETS"):
        check_facets(names | {"age_group"}, Counted._fields)
    with pytest.raises(ForgottenFacet, match="purpose: no column of pending; add a migration"):
        check_facets(names, set(Counted._fields) - {"purpose"})


def test_an_answer_counts_for_the_network_and_for_its_partner() -> None:
    counters = tally([ANSWERED], TIMES)
    assert counters[CounterKey(NETWORK, "answered", "channel", MARCH, "mail")] == 1
    assert counters[CounterKey("bpi", "answered", "channel", MARCH, "mail")] == 1
    assert counters[CounterKey(NETWORK, "answered", "partner", MARCH, "bpi")] == 1


def test_one_row_of_views_counts_as_often_as_it_says() -> None:
    viewed = Counted("viewed", MONDAY, UUID(int=1), subject="cinema", partner="bpi", number=40)
    counters = tally([viewed, viewed._replace(number=2)], TIMES)
    assert counters[CounterKey(NETWORK, "viewed", "subject", MARCH, "cinema")] == 42
    assert counters[CounterKey("bpi", "viewed", "day", MARCH, "02")] == 42


def test_a_received_question_is_its_origins_own_public() -> None:
    counters = tally([Counted("received", MONDAY, UUID(int=1), channel="form", origin="lyon")], TIMES)
    assert counters[CounterKey("lyon", "received", "channel", MARCH, "form")] == 1
    assert counters[CounterKey(NETWORK, "received", "origin", MARCH, "lyon")] == 1
    assert counters[CounterKey(NETWORK, "received", "slot", MARCH, "0-10")] == 1


@pytest.mark.parametrize(("late", "kept"), [(timedelta(0), 1), (timedelta(seconds=1), 0)])
def test_the_promise_is_kept_up_to_its_very_moment(late: timedelta, kept: int) -> None:
    counters = tally([ANSWERED._replace(promise_at=MONDAY - late)], TIMES)
    assert counters[CounterKey(NETWORK, "kept", "channel", MARCH, "mail")] == kept


def test_only_the_first_routing_is_timed_and_later_ones_are_reroutings() -> None:
    first = Counted("routed", MONDAY, UUID(int=1), partner="bpi", number=1, received_at=MONDAY)
    counters = tally([first, first._replace(number=2, partner="lyon")], TIMES)
    assert sum(n for key, n in counters.items() if key[:3] == (NETWORK, "routed", "route_calendar")) == 1
    assert counters[CounterKey(NETWORK, "rerouted", "partner", MARCH, "lyon")] == 1


def test_a_question_at_the_bound_is_in_the_bucket_it_bounds() -> None:
    assert bucket(BOUNDS[8]) == str(72 * 3600)
    assert bucket(BOUNDS[-1] + 1) == "inf"


def test_the_median_lies_between_the_bounds_of_its_bucket() -> None:
    assert quantile({"60": 1, "600": 2, "inf": 1}, 0.5) == 60 + 540 / 2
    assert quantile({}, 0.5) is None
