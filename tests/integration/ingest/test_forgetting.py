"""One asker at their wish: everything of theirs goes, what others sent stays for a person to look at."""

from __future__ import annotations

from services.contracts.ingest import AskerErased, QuestionReceived, QuestionWithdrawn
from services.ingest.handlers import forgetting
from tests.support.ingest_doors import KEYS, answered_by, hears, ingest, mail
from tests.support.servers import Database, VirtualHost

ADA = "ada@mail.example"


async def test_held_mail_of_theirs_goes_and_that_of_others_is_named(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await door.deliver(mail("", Subject="", Message_ID="<1@mail.example>"))
        await door.deliver(
            mail("", Subject="", Message_ID="<2@x.example>", From="nada@mail.example"),
            sender="nada@mail.example",
        )
        speaking = mail("", Subject="", Message_ID="<3@x.example>", From="bob@x.example", Cc=f"Ada <{ADA}>")
        await door.deliver(speaking, sender="bob@x.example")
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 3
        done = await forgetting.forget(door.running.chassis.begin, ADA.upper(), [], off_the_archive=False)
        left = await door.fetchval("SELECT array_agg(id ORDER BY id) FROM quarantine")
        known = await door.fetchval("SELECT count(*) FROM submission WHERE key = '<1@mail.example>'")
    assert (done.held, known, len(left)) == (1, 0, 2)
    assert done.look_at == (left[1],)


async def test_published_answers_are_taken_off_where_that_is_wished(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await door.deliver(mail())
        question = (await door.announced(QuestionReceived))[0].subject
        await hears(door, question, answered_by("lyon"))
        begin = door.running.chassis.begin
        async with begin() as unit:
            found = await forgetting.questions_of(unit, KEYS, ADA.upper())
        done = await forgetting.forget(begin, ADA, found, off_the_archive=True)
        again = await forgetting.forget(begin, ADA, found, off_the_archive=True)
        withdrawn, erased = await door.announced(QuestionWithdrawn), await door.announced(AskerErased)
    assert found == [question]
    assert (len(withdrawn), len(erased), again.events) == (1, 1, ())
    assert done.events == (erased[0].id,)
