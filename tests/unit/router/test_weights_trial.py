"""What other weights would have made of the past is what they would really have made of it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.explained import PartWeights
from services.router.domain.partner import Partner, ReachedBy
from services.router.domain.question.question_report import PARTS as TOLD_PARTS
from services.router.domain.routing.decision import decide
from services.router.domain.routing.directory import Directory
from services.router.domain.routing.loads import Load, LoadBook
from services.router.domain.routing.routing_request import Network, RoutingRequest, Weights
from services.router.domain.routing.weights_trial import PARTS, PastDecision, try_weights
from services.router.domain.territory import Territory
from services.router.handlers.decision_facts import account_of
from services.router.store.rows import past_decision_from

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WEEK = date(2026, 11, 23)
NAMES = ("albi", "brest", "caen", "dijon", "evry")
TERRITORIES: tuple[frozenset[str], ...] = (
    frozenset(),
    frozenset({"75"}),
    frozenset({"postcode:75004"}),
    frozenset({"region:11"}),
    frozenset({"country:FR"}),
)

POINTS = st.floats(0, 3000, allow_nan=False).map(lambda points: round(points, 3)) | st.sampled_from(
    [0.0, 40.0]
)
WEIGHTS = st.builds(Weights, *[POINTS] * len(PARTS))
LOADS = st.builds(
    Load, st.just(0), st.integers(0, 12), st.floats(-50, 50).map(lambda credit: round(credit, 6))
)
PARTNERS = st.builds(
    lambda subjects, territories, capacity: {
        "subjects": subjects,
        "territories": territories,
        "capacity_per_week": capacity,
    },
    st.dictionaries(st.sampled_from(["histoire", "arts"]), st.integers(1, 5)),
    st.sampled_from(TERRITORIES),
    st.sampled_from([None, 3, 20]),
)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    partners = [
        Partner(id=name, name=name, reach=ReachedBy("queue", name), **draw(PARTNERS))
        for name in NAMES[: draw(st.integers(1, 5))]
    ]
    loads = {partner.id: draw(LOADS) for partner in partners}
    return Network(Directory(partners, no_holidays), LoadBook.holding(WEEK, loads), draw(WEIGHTS))


REQUESTS = st.builds(
    RoutingRequest,
    id=st.just("q"),
    promise_at=st.sampled_from([NOW + timedelta(days=1), NOW + timedelta(days=3)]),
    place=st.sampled_from([None, Territory("FR", "75004"), Territory("FR", "75011")]),
    subject=st.sampled_from([None, "histoire", "arts"]),
    origin=st.sampled_from([None, "brest"]),
    referred=st.sampled_from([None, "caen"]),
)


def no_holidays(_country: str, _region: str | None) -> Any:
    return frozenset[date]().__contains__


def written(asked: RoutingRequest, network: Network) -> PastDecision:
    """As the database has it."""
    decision = decide(asked, network, NOW)
    return past(account_of(decision, network.weights), decision.chosen.partner.id if decision.chosen else "")


def past(
    account: dict[str, Any], chosen: str, hours: float = 0, question: UUID | None = None
) -> PastDecision:
    row: Any = {
        "question": question or uuid4(),
        "decided_at": NOW + timedelta(hours=hours),
        "ended_at": None,
        "chosen": chosen,
        "account": orjson.dumps(account),
    }
    return past_decision_from(row)


@given(network=networks(), asked=REQUESTS, proposed=WEIGHTS)
def test_the_choice_that_is_tried_is_the_one_that_is_made(
    network: Network, asked: RoutingRequest, proposed: Weights
) -> None:
    then = decide(asked, network, NOW)
    made = decide(asked, replace(network, weights=proposed), NOW)
    if then.chosen is None or made.chosen is None:
        assert then.chosen is made.chosen
        return
    trial = try_weights([written(asked, network)], proposed)
    assert dict(trial.after) == {made.chosen.partner.id: 1}
    for one in trial.moved:
        assert one.would.proposed == made.chosen.total
        assert one.went.points == then.chosen.total


@given(network=networks(), asked=st.lists(REQUESTS, min_size=1, max_size=8))
def test_weights_as_they_were_change_nothing(network: Network, asked: list[RoutingRequest]) -> None:
    book, decisions = network.book, []
    for number, one in enumerate(asked):
        now = replace(network, book=book)
        decision = decide(one, now, NOW)
        if decision.chosen is None:
            continue
        partner = decision.chosen.partner.id
        decisions.append(past(account_of(decision, network.weights), partner, number))
        book = book.given(partner, decision.capacities)
    trial = try_weights(decisions, network.weights)
    assert trial.moved == []
    assert trial.before == trial.after
    assert trial.questions == len(decisions)


def test_who_would_have_got_one_is_owed_less_and_has_more_in_hand_afterwards() -> None:
    """Two alike but for the subject: with little weight on it, fairness sends them questions by turns."""
    strong = Partner(id="albi", name="a", reach=ReachedBy("queue", "a"), subjects={"histoire": 5})
    weak = Partner(id="brest", name="b", reach=ReachedBy("queue", "b"))
    directory = Directory([strong, weak], no_holidays)
    heavy = Weights(subject=3000)
    book, decisions = LoadBook(WEEK), []
    for number in range(10):
        asked = RoutingRequest("q", NOW + timedelta(days=3), subject="histoire")
        decision = decide(asked, Network(directory, book, heavy), NOW)
        assert decision.chosen is not None
        partner = decision.chosen.partner.id
        decisions.append(past(account_of(decision, heavy), partner, number))
        book = book.given(partner, decision.capacities)
    trial = try_weights(decisions, Weights(subject=1))
    assert trial.before == {"albi": 10}
    assert trial.after == {"albi": 5, "brest": 5}


def test_of_a_very_large_network_it_says_that_not_all_were_written_down() -> None:
    partners = [Partner(id=f"b{n:03}", name="b", reach=ReachedBy("queue", "b")) for n in range(60)]
    network = Network(Directory(partners, no_holidays), LoadBook(WEEK))
    trial = try_weights([written(RoutingRequest("q", NOW + timedelta(days=3)), network)], Weights(load=5))
    assert (trial.questions, trial.shortened) == (1, 1)


def test_wire_domain_and_reports_name_the_same_parts() -> None:
    assert set(PARTS) == set(asdict(Weights())) == set(PartWeights.model_fields) == set(TOLD_PARTS)
