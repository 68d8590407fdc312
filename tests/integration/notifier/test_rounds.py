"""Promises about the rounds: once a day, once a week, only when there is something to say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest
from asyncpg import Pool, Record
from prometheus_client import CollectorRegistry

from services.chassis.messaging.consume import Handling, readers_of
from services.chassis.messaging.readers import EventReader
from services.chassis.messaging.transaction import Transactions
from services.chassis.telemetry.instruments import MessagingMetrics as ChassisInstruments
from services.contracts import ingest
from services.contracts.vocabulary import Fact
from services.notifier.domain.delivery import Sent
from services.notifier.domain.plan import NOTES
from services.notifier.handlers.delivery_metrics import DeliveryMetrics
from services.notifier.handlers.digests import Digests
from services.notifier.handlers.outcomes import AttemptOutcome, Outcomes
from services.notifier.sending.mail.compose import Composer
from services.notifier.sending.mail.rendering import MailRenderer
from services.notifier.sending.senders.mail import MailSender
from services.notifier.sending.senders.smtp import SmtpLines, SmtpServer
from services.notifier.store import claims, digests, person
from tests.integration.notifier.test_mail import HOUSE
from tests.support import notifier_facts as made
from tests.support.bench import letter_of
from tests.support.notifier_bench import COORDINATOR, SUBSCRIPTIONS
from tests.support.servers import Database
from tests.support.smtp_sink import Taken, smtp_sink

OPEN = "SELECT (details -> 'open')::text FROM delivery WHERE kind = 'digest'"
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
"""Ten days after the questions of these tests, whose promises are long past."""


@dataclass
class Clock:
    moment: datetime = MONDAY

    def now(self) -> datetime:
        return self.moment


@dataclass
class Scene:
    pool: Pool[Record]
    transactions: Transactions
    clock: Clock

    @property
    def rounds(self) -> Digests:
        return Digests(self.transactions.begin, COORDINATOR, "Europe/Paris")

    async def hear(self, *facts: Fact) -> None:
        await self.tell(uuid4(), *facts)

    async def tell(self, question: UUID, *facts: Fact, after: timedelta = timedelta(0)) -> None:
        readers = readers_of(EventReader(SUBSCRIPTIONS), {})
        handling = Handling(self.transactions, readers, ChassisInstruments(CollectorRegistry()))
        self.transactions.redeliver = handling.redeliver
        await handling.settle([letter_of(fact, question, time=made.MOMENT + after) for fact in facts])

    async def sent(self, kind: str) -> list[Taken]:
        """The mails of this kind that are due now, as the mail server takes them."""
        outcomes = Outcomes(COORDINATOR, DeliveryMetrics(CollectorRegistry()), timedelta(days=3))
        async with smtp_sink() as sink, SmtpLines(SmtpServer("127.0.0.1", sink.port), most=1) as lines:
            sender = MailSender(Composer(HOUSE, MailRenderer(zone="Europe/Paris")), lines)
            async with self.transactions.begin() as unit:
                due = await claims.claim(unit.db, "mail", unit.now, 100, timedelta(0))
                batch = [AttemptOutcome(one, await sender.send(one)) for one in due]
                assert all(isinstance(one.outcome, Sent) for one in batch)
                await outcomes.record(unit, "mail", batch, lambda: 0.0)
            return sink.of(kind)


@asynccontextmanager
async def opened(database: Database) -> AsyncIterator[Scene]:
    clock = Clock()
    async with asyncpg.create_pool(database("notifier"), min_size=1, max_size=3) as pool:
        yield Scene(pool, Transactions(pool, "notifier", clock), clock)


@pytest.fixture
async def scene(database: Database) -> AsyncIterator[Scene]:
    async with opened(database) as scene:
        yield scene


async def test_coordinator_reads_each_morning_what_is_late(scene: Scene) -> None:
    question = uuid4()
    await scene.hear(made.received(), made.routed(question))
    for _ in range(3):
        await scene.rounds.make()
    [mail] = await scene.sent("daily")
    assert mail.recipient == COORDINATOR
    assert "moulins de la Bièvre" in mail.body("plain")
    assert "Bpi" in mail.body("plain")
    scene.clock.moment += timedelta(days=1)
    await scene.rounds.make()
    assert len(await scene.sent("daily")) == 1


MANY_ANSWERED = """
WITH asked AS (
    INSERT INTO question (id, text, facets, attachments, publish_consent, asker, promise_at, answered_at)
    SELECT gen_random_uuid(), repeat('moulin ', 40), '{}', '[]', false, '{}', moment, moment
    FROM generate_series($1::timestamptz - interval '20000 minutes', $1, interval '1 minute') AS moment
    RETURNING id, promise_at
)
INSERT INTO answer (id, question_id, partner, partner_name, text, sources, attachments, publish_consent,
    answered_at, promise_at, facets)
SELECT gen_random_uuid(), id, 'bpi', 'Bpi', '', '[]', '[]', false, promise_at, promise_at, '{}' FROM asked
"""


async def test_the_list_reads_open_questions_only_however_many_were_answered(scene: Scene) -> None:
    await scene.pool.execute(MANY_ANSWERED, MONDAY)
    await scene.hear(made.received(), made.routed(uuid4()))
    await scene.pool.execute("ANALYZE question, answer")
    plan = "\n".join(row[0] for row in await scene.pool.fetch(f"EXPLAIN {digests._DAY}", MONDAY))
    assert "question_open" in plan
    assert "Seq Scan on question" not in plan
    assert "Seq Scan on answer" not in plan


MANY_SENT = """
INSERT INTO delivery (id, question_id, kind, way, state, decided_at, next_at, done_at)
SELECT gen_random_uuid(), id, kind, 'mail', 'sent', $1, $1, $1
FROM question, unnest($2::text[]) AS kind, generate_series(1, 200) WHERE question.text <> ''
"""


async def test_when_the_coordinator_was_told_is_seen_without_reading_all_that_was_sent(scene: Scene) -> None:
    """By every kind that is a note, in a plan that is made once for all times."""
    await scene.hear(made.received(), made.routed(uuid4()))
    await scene.pool.execute(MANY_SENT, MONDAY, ["answer", "receipt"])
    async with scene.pool.acquire() as db, db.transaction():
        await db.execute("ANALYZE delivery; SET LOCAL plan_cache_mode = force_generic_plan")
        plan = "\n".join(row[0] for row in await db.fetch(f"EXPLAIN {claims._TOLD_LATELY}", MONDAY, MONDAY))
    assert "Seq Scan" not in plan
    assert "delivery_told_coordinator" in plan
    assert all(f"'{kind}'" in claims._TOLD_LATELY for kind in NOTES)


async def test_a_reopened_question_is_on_the_list_until_it_is_answered_anew(scene: Scene) -> None:
    question = uuid4()
    first = made.answered(question, at=made.MOMENT)
    second = made.answered(question, name="second", at=made.MOMENT + timedelta(hours=2))
    told = []
    for fact, hours in ((first, 0), (made.reopened(), 1), (second, 2)):
        await scene.tell(question, made.received(), made.routed(question), fact, after=timedelta(hours=hours))
        async with scene.transactions.begin() as unit:
            told.append(len((await digests.day(unit.db, unit.now))["late"]))
    assert told == [0, 1, 0]


async def test_no_list_when_there_is_nothing_to_say(scene: Scene) -> None:
    await scene.rounds.make()
    assert await scene.sent("daily") == []


async def test_no_list_before_morning(scene: Scene) -> None:
    await scene.hear(made.received())
    scene.clock.moment = MONDAY.replace(hour=3)
    await scene.rounds.make()
    assert await scene.sent("daily") == []


async def test_partner_reads_its_week_on_monday_and_can_stop_it(scene: Scene) -> None:
    for _ in range(2):
        await scene.hear(made.received(), made.routed(uuid4(), way="mail"))
    await scene.rounds.make()
    [mail] = await scene.sent("digest")
    assert mail.recipient == "bpi@partner.example"
    assert "le réseau a confié 2 questions à Bpi" in " ".join(mail.body("plain").split())
    assert "mailto:" in mail.message["List-Unsubscribe"]
    assert mail.message["Auto-Submitted"] == "auto-generated"


async def test_a_librarys_week_names_its_open_questions_and_forgets_an_erased_one(scene: Scene) -> None:
    kept, erased = uuid4(), uuid4()
    for question in (kept, erased):
        await scene.tell(question, made.received(), made.routed(question, way="mail"))
    await scene.rounds.make()
    async with scene.transactions.begin() as unit:
        [told] = await person.told(unit.db, [erased])
    assert told["in_lists_to_libraries"]
    await scene.tell(erased, ingest.AskerErased(reason="wish"), after=timedelta(hours=1))
    [mail] = await scene.sent("digest")
    said = " ".join(mail.body("plain").split())
    assert f"Question {str(kept)[-8:]}, avant le 21 nov. à 10 h 12 · Où se trouvaient les moulins" in said
    assert str(erased)[-8:] not in said


async def test_what_a_copy_of_before_forgot_in_part_is_forgotten_whole_the_next_time(scene: Scene) -> None:
    """It reads and forgets beginnings alone."""
    kept, erased = uuid4(), uuid4()
    for question in (kept, erased):
        await scene.tell(question, made.received(), made.routed(question, way="mail"))
    await scene.rounds.make()
    beginning = await scene.pool.fetchval("SELECT left(text, 100) FROM question WHERE id = $1", kept)
    assert orjson.loads(await scene.pool.fetchval(OPEN)) == [beginning] * 2
    await scene.pool.execute("UPDATE question SET text = '', erased_at = now() WHERE id = $1", erased)
    await scene.pool.execute("UPDATE delivery SET details = details #- '{open,1}' WHERE kind = 'digest'")
    async with scene.transactions.begin() as unit:
        left = await person.left(unit.db, [erased])
    await scene.tell(erased, ingest.AskerErased(reason="wish"), after=timedelta(hours=1))
    async with scene.transactions.begin() as unit:
        assert await person.left(unit.db, [erased]) < left
    [told] = await scene.pool.fetch("SELECT details::text AS told FROM delivery WHERE kind = 'digest'")
    assert (str(kept) in told["told"], str(erased) in told["told"]) == (True, False)


async def test_no_digest_on_other_days(scene: Scene) -> None:
    scene.clock.moment = MONDAY + timedelta(days=1)
    await scene.hear(made.received(), made.routed(uuid4(), way="mail"))
    await scene.rounds.make()
    assert await scene.sent("digest") == []


async def test_asker_is_invited_once_to_rate_some_days_after_the_answer(scene: Scene) -> None:
    await scene.hear(made.received(), made.answered(uuid4()))
    assert len(await scene.sent("answer")) == 1
    assert await scene.sent("rating") == []
    scene.clock.moment += timedelta(days=3, minutes=1)
    [mail] = await scene.sent("rating")
    assert "/q/" in mail.body("plain")
    assert await scene.sent("rating") == []


async def test_what_an_asker_writes_with_the_stars_reaches_library_and_coordinator(scene: Scene) -> None:
    question = uuid4()
    rated = ingest.QuestionRated(stars=4, comment="Merci, j'ai retrouvé le moulin !", partner="bpi")
    await scene.tell(question, made.received(), made.routed(question, way="mail"), rated, rated)
    mails = await scene.sent("rated")
    assert sorted(mail.recipient for mail in mails) == ["bpi@partner.example", COORDINATOR]
    for mail in mails:
        assert "j'ai retrouvé le moulin" in mail.body("plain")
        assert "4 étoiles sur 5" in " ".join(mail.body("plain").split())


async def test_stars_alone_are_nobodys_mail(scene: Scene) -> None:
    question = uuid4()
    rated = ingest.QuestionRated(stars=2, partner="bpi")
    await scene.tell(question, made.received(), made.routed(question, way="mail"), rated)
    assert await scene.sent("rated") == []
