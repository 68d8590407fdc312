"""Who gets a question, who doesn't, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.router.domain.hours.calendars import Closure
from services.router.domain.partner import Partner, PartnerRole, ReachedBy
from services.router.domain.routing.decision import Decision, decide
from services.router.domain.routing.directory import Directory
from services.router.domain.routing.loads import Load, LoadBook
from services.router.domain.routing.routing_request import Network, RoutingRequest
from services.router.domain.routing.scoring import Score
from services.router.domain.territory import Territory

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WEEK = date(2026, 11, 23)
PROMISE = NOW + timedelta(days=3)


def library(name: str, **fields: Any) -> Partner:
    return Partner(id=name, name=name.title(), reach=ReachedBy("mail", f"{name}@libraries.example"), **fields)


def no_holidays(_country: str, _region: str | None) -> Any:
    return frozenset[date]().__contains__


def network(*partners: Partner, **loads: Load) -> Network:
    return Network(Directory(partners, no_holidays), LoadBook.holding(WEEK, loads))


def ask(made: Network, **fields: Any) -> Decision:
    return decide(RoutingRequest(**{"id": "q", "promise_at": PROMISE, **fields}), made, NOW)


def chosen(decision: Decision) -> str | None:
    return decision.chosen.partner.id if decision.chosen else None


def named(decision: Decision) -> list[tuple[str, frozenset[str]]]:
    """Who is excluded and why; in so small a network nobody is merely counted."""
    return [(why, names) for why, names in decision.excluded.items() if isinstance(names, frozenset)]


def why_not(decision: Decision, partner: str) -> str | None:
    return next((why for why, names in named(decision) if partner in names), None)


PARIS = library("paris", territories=frozenset({"75"}))
ILE_DE_FRANCE = library("idf", territories=frozenset({"region:11"}))
FRANCE = library("france", territories=frozenset({"country:FR"}))
LIEGE = library("liege", territories=frozenset({"BE-WLG"}), country="BE")


class TestPlace:
    def test_the_nearest_comes_first(self) -> None:
        decision = ask(network(FRANCE, ILE_DE_FRANCE, PARIS), place=Territory("FR", "75004"))
        assert [candidate.partner.id for candidate in decision.ranked] == ["paris", "idf", "france"]

    def test_who_serves_another_territory_is_out(self) -> None:
        assert why_not(ask(network(FRANCE, LIEGE), place=Territory("FR", "75004")), "liege") == ("territory")

    def test_with_the_country_alone_everyone_in_it_may_be_asked(self) -> None:
        decision = ask(network(PARIS, FRANCE, LIEGE), place=Territory("FR"))
        assert {candidate.partner.id for candidate in decision.ranked} == {"paris", "france"}

    def test_an_asker_of_one_of_the_split_postcodes_is_near_to_both(self) -> None:
        ain, savoie = (
            library("ain", territories=frozenset({"01"})),
            library("s", territories=frozenset({"74"})),
        )
        assert ask(network(ain, savoie), place=Territory("FR", "01200")).eligible == 2

    def test_when_nobody_serves_the_place_everybody_is_the_pool(self) -> None:
        decision = ask(network(PARIS), place=Territory("FR", "20200"))
        assert (decision.tier, chosen(decision)) == ("pool", "paris")

    def test_the_library_where_it_was_asked_is_asked_wherever_the_asker_lives(self) -> None:
        assert chosen(ask(network(PARIS, FRANCE), place=Territory("FR", "13001"), origin="paris")) == "paris"


class TestLanguage:
    def test_only_who_answers_in_it_is_asked(self) -> None:
        lisbon = library("lisbon", languages=frozenset({"pt"}))
        assert chosen(ask(network(PARIS, lisbon), language="pt")) == "lisbon"

    def test_nobody_at_all_is_better_than_one_who_does_not_understand(self) -> None:
        assert chosen(ask(network(PARIS), language="br")) is None


class TestSubject:
    HISTORY = library("h", subjects={"histoire": 5})
    ARTS = library("a", subjects={"arts": 5})

    def test_the_strongest_comes_first(self) -> None:
        assert chosen(ask(network(self.ARTS, self.HISTORY), subject="histoire")) == "h"

    def test_a_specialist_is_asked_about_its_own_subjects_only(self) -> None:
        made = network(replace(self.HISTORY, role=PartnerRole.SPECIALIST), self.ARTS)
        assert why_not(ask(made, subject="arts"), "h") == "specialist"

    def test_an_unknown_subject_counts_nothing(self) -> None:
        decision = ask(network(self.ARTS, self.HISTORY))
        assert {p.points for c in decision.ranked for p in c.parts if p.name == "subject"} == {0.0}


class TestRoles:
    def test_a_back_up_is_asked_when_no_member_can(self) -> None:
        spare = library("spare", role=PartnerRole.BACK_UP)
        assert chosen(ask(network(PARIS, spare))) == "paris"
        assert chosen(ask(network(PARIS, spare), had={"paris": "declined"})) == "spare"

    def test_the_coordinator_is_never_asked_by_the_machine(self) -> None:
        assert chosen(ask(network(library("c", role=PartnerRole.COORDINATOR)))) is None


class TestLoad:
    def test_a_full_week_is_full(self) -> None:
        made = network(replace(PARIS, capacity_per_week=3), FRANCE, paris=Load(asked=3))
        assert why_not(ask(made), "paris") == "week_full"

    def test_capacity_nothing_takes_nothing(self) -> None:
        assert why_not(ask(network(replace(PARIS, capacity_per_week=0))), "paris") == "takes_none"

    def test_who_has_less_open_comes_first(self) -> None:
        assert chosen(ask(network(library("a"), library("b"), a=Load(open=5), b=Load(open=1)))) == "b"

    def test_what_fairness_owes_grows_over_every_merit(self) -> None:
        strong = library("strong", subjects={"arts": 5})
        made = network(strong, library("weak"), weak=Load(credit=5.0))
        assert chosen(ask(made, subject="arts")) == "weak"


class TestTime:
    def test_who_is_closed_until_after_the_promise_is_out(self) -> None:
        closure = Closure(date(2026, 11, 20), date(2026, 12, 1), "works")
        made = network(replace(PARIS, closures=(closure,)), FRANCE)
        assert why_not(ask(made), "paris") == "away"

    def test_who_does_not_open_before_the_promise_is_out(self) -> None:
        sundays = library("sundays", hours={6: FRANCE.hours[0]})
        assert why_not(ask(network(sundays, FRANCE)), "sundays") == "not_open"

    def test_who_has_more_open_time_before_the_promise_fits_better(self) -> None:
        seldom = library("seldom", hours={1: FRANCE.hours[0]})
        assert chosen(ask(network(library("often"), seldom))) == "often"


def test_a_colleague_s_word_comes_before_everything_but_the_filters() -> None:
    made = network(PARIS, FRANCE)
    assert chosen(ask(made, place=Territory("FR", "75004"), referred="france")) == "france"
    assert chosen(ask(made, referred="france", had={"france": "declined"})) == "paris"


PARTNERS = st.lists(
    st.builds(
        library,
        st.from_regex(r"[a-z]{3,8}", fullmatch=True),
        languages=st.frozensets(st.sampled_from(["fr", "en", "de"])),
        territories=st.frozensets(st.sampled_from(["75", "69", "region:11", "country:FR", "country:BE"])),
        subjects=st.dictionaries(st.sampled_from(["arts", "histoire"]), st.integers(1, 5)),
        capacity_per_week=st.none() | st.integers(0, 3),
        role=st.sampled_from(PartnerRole),
    ),
    unique_by=lambda partner: partner.id,
    max_size=8,
)
ASKED = st.builds(
    RoutingRequest,
    id=st.just("q"),
    promise_at=st.just(PROMISE),
    place=st.none() | st.builds(Territory, st.sampled_from(["FR", "BE"]), st.sampled_from([None, "75004"])),
    language=st.sampled_from([None, "fr", "de"]),
    subject=st.sampled_from([None, "arts"]),
)


@given(partners=PARTNERS, question=ASKED, loads=st.data())
def test_never_to_an_excluded_partner_and_everybody_is_accounted_for(
    partners: list[Partner], question: RoutingRequest, loads: st.DataObject
) -> None:
    names = [partner.id for partner in partners]
    asked = {name: Load(asked=loads.draw(st.integers(0, 3))) for name in names}
    decision = decide(question, network(*partners, **asked), NOW)
    ranked = [candidate.partner for candidate in decision.ranked]
    excluded = set().union(*(names for _, names in named(decision)))
    assert not excluded & {partner.id for partner in ranked}
    assert excluded | {partner.id for partner in ranked} == set(names)
    for partner in ranked:
        assert partner.role is not PartnerRole.COORDINATOR
        assert partner.capacity_per_week is None or asked[partner.id].asked < partner.capacity_per_week
        assert not question.language or not partner.languages or question.language in partner.languages


@given(partners=PARTNERS, question=ASKED)
def test_the_same_state_gives_the_same_decision(partners: list[Partner], question: RoutingRequest) -> None:
    one, other = (decide(question, network(*order), NOW) for order in (partners, partners[::-1]))
    assert one.ranked == other.ranked
    assert one.excluded == other.excluded


@given(partners=PARTNERS, question=ASKED, loads=st.data())
def test_the_best_come_first_by_the_same_parts_that_are_shown(
    partners: list[Partner], question: RoutingRequest, loads: st.DataObject
) -> None:
    """The quick sum over very many and the named parts of the short list agree."""
    held = st.builds(Load, open=st.integers(0, 2), credit=st.sampled_from([-1.0, 0.0, 0.5]))
    made = network(*partners, **{partner.id: loads.draw(held) for partner in partners[::2]})
    score = Score(question, made.directory.near(question.place) if question.place else {}, made)
    best = list(score.best_first(made.directory.roll.everyone))
    totals = [sum(part.points for part in score.parts(partner)) for partner in best]
    assert sorted(partner.id for partner in best) == sorted(partner.id for partner in partners)
    assert totals == pytest.approx(sorted(totals, reverse=True))
