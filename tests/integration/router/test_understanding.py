"""A question that says neither language nor subject is understood from its text."""

from __future__ import annotations

from services.contracts.router import QuestionRouted
from services.router.domain.subjects import SubjectModel
from services.router.store import subjects
from services.router.store.subject_models import written
from tests.support.router_network import library, network
from tests.support.servers import Database

MODEL = SubjectModel(
    themes=("histoire", "sciences"),
    intercepts=(0.0, 0.0),
    weights={"canal": (1.0, (1.0, -1.0))},
    margin=0.5,
)
DIJON, ULM = library("dijon", subjects={"histoire": 5}), library("ulm", languages=frozenset({"de"}))
LYON = library("lyon")


async def test_language_is_read_from_the_text(database: Database) -> None:
    async with network(database("router"), [ULM, LYON]) as net:
        question = await net.ask()
        (routed,) = await net.announced(QuestionRouted, question)
    assert (routed.partner.id, routed.facets.language) == ("lyon", "fr")


async def test_without_a_model_the_subject_is_unknown(database: Database) -> None:
    async with network(database("router"), [DIJON]) as net:
        question = await net.ask()
        (routed,) = await net.announced(QuestionRouted, question)
    assert routed.facets.subject is None


async def test_a_model_is_used_from_the_next_question_on(database: Database) -> None:
    async with network(database("router"), [LYON, DIJON]) as net:
        await net.ask()
        async with net.bench.transactions.begin() as unit:
            await subjects.save(unit.db, unit.now, "Anne", 500, "{}", written(MODEL))
        question = await net.ask()
        (routed,) = await net.announced(QuestionRouted, question)
    assert (routed.partner.id, routed.facets.subject) == ("dijon", "histoire")
