"""Release into the archive: what looks personal is marked, an emptied field refused, each asked for once."""

from __future__ import annotations

from itertools import permutations

from services.chassis.messaging.incoming import IncomingMessage
from services.contracts.coordinator import RequestRefused
from services.contracts.notifier import EntryShown, PersonalMark, ShownText
from services.workspace.domain.roles import Member
from services.workspace.store.coordinator import entries
from tests.integration.workspace import facts as made
from tests.integration.workspace.stage import Someone, Stage, stage
from tests.integration.workspace.test_coordinator import receipt
from tests.support.bench import letter_of
from tests.support.servers import Database

PAGE = "/release/17"
FIELDS = {
    "title": "Le phare",
    "question": "Qui ?",
    "answer": "Le marquis.",
    "sources": "A\n\n B ",
    "subject": "",
}


def shown(name: str = "s1", state: str = "held") -> IncomingMessage:
    answer, source = "Écrivez à <o@x.example>.", "Entretien, o@x.example"
    texts = (
        ShownText(field="title", text="Le phare", proposed="Le phare"),
        ShownText(field="question", text="Qui a construit le phare ?", proposed="Qui a construit le phare ?"),
        ShownText(
            field="answer",
            text=answer,
            proposed="Écrivez à <[…]>.",
            marks=(PersonalMark(start=11, end=22, kind="mail"),),
        ),
        ShownText(
            field="source",
            text=source,
            proposed="Entretien, […]",
            marks=(PersonalMark(start=11, end=22, kind="mail"),),
        ),
    )
    fact = EntryShown.model_validate(
        {"number": 17, "state": state, "library": "Bibliothèque de Lyon", "texts": texts}
    )
    return letter_of(fact, made.QUESTION, id_=name, time=made.MOMENT)


async def claire(on: Stage) -> Someone:
    await on.tell(made.life(made.received(), made.routed(), made.answered()))
    return await on.someone("Claire Dumas", Member("coordinator"))


async def test_each_mark_is_shown_and_each_text_can_be_changed_sources_too(database: Database) -> None:
    async with stage(database) as on:
        person = await claire(on)
        await on.tell([made.entry(17)])
        assert "Qui a construit le phare" in (await person.see("/release")).text
        for _ in range(2):
            assert "en cours de lecture" in (await person.see(PAGE)).text
        [asked] = await on.requests()
        assert asked["key"] == "coordinator.entry_show.requested.v1"
        await on.tell([shown()])
        page = (await person.see(PAGE)).text
        assert page.count("<mark") == 2
        assert '&lt;<mark title="Adresse de courriel">o@x.example</mark>&gt;' in page
        assert "Entretien, […]</textarea>" in page
        assert "Écrivez à &lt;[…]&gt;.</textarea>" in page


async def test_it_is_released_once_in_the_coordinators_words_alone(database: Database) -> None:
    async with stage(database) as on:
        person = await claire(on)
        await on.tell([made.entry(17)])
        for _ in range(2):
            assert (await person.post(PAGE, form="r1", **FIELDS)).headers["location"] == PAGE
        [asked] = await on.requests()
        assert asked["key"] == "coordinator.entry_release.requested.v1"
        assert asked["data"] == {
            "by": "Claire Dumas",
            "number": 17,
            "title": "Le phare",
            "question": "Qui ?",
            "answer": "Le marquis.",
            "format": "plain",
            "sources": ["A", "B"],
        }
        refused = RequestRefused(
            request_id=asked["id"], request_type=asked["type"], code="walled", reason="a link"
        )
        await on.tell([receipt(refused, "r1")])
        assert "un lien à nous" in (await person.see(PAGE)).text


async def test_an_emptied_field_is_refused_and_the_rest_is_kept(database: Database) -> None:
    async with stage(database) as on:
        person = await claire(on)
        await on.tell([made.entry(17)])
        await person.see(PAGE)
        await on.tell([shown()])
        for field in ("title", "question", "answer"):
            answer = await person.post(PAGE, form="r1", **FIELDS | {field: " \n"})
            assert answer.status_code == 422
            assert f'href="#{field}"' in answer.text
            assert "Entretien" not in answer.text.partition("<form method")[2].partition("</form>")[0]
            assert all(
                value.strip() in answer.text for name, value in FIELDS.items() if name in ("title",)
            ) or (field == "title")
        assert [one["key"] for one in await on.requests()] == ["coordinator.entry_show.requested.v1"]


async def test_what_is_kept_private_or_taken_off_is_asked_and_its_texts_are_gone(database: Database) -> None:
    async with stage(database) as on:
        person = await claire(on)
        await on.tell([made.entry(17)])
        await person.see(PAGE)
        await on.tell([shown()])
        await person.post(f"{PAGE}/keep", form="k1")
        await on.tell([made.entry(17, 2, "kept_private")])
        page = (await person.see(PAGE)).text
        assert "o@x.example" not in page
        assert "gardée privée" in page
        await on.tell([made.entry(17, 3, "published")])
        assert "Qui a construit" in (await person.see("/release?state=published")).text
        assert "Qui a construit" in (await person.see("/release?state=published&q=phare")).text
        await person.post(f"{PAGE}/withdraw", form="w1")
        keys = {one["key"].split(".")[1] for one in await on.requests()}
        assert keys == {"entry_show", "entry_keep", "entry_withdraw"}
        assert await on.on.pool.fetchval("SELECT count(*) FROM entry_shown WHERE texts IS NOT NULL") == 0


async def test_any_order_ends_the_same_and_texts_go_after_a_day(database: Database) -> None:
    async with stage(database) as on:
        await claire(on)
        words = [made.entry(17, 1), made.entry(17, 2, "published"), made.entry(17, 3, "withdrawn")]
        for number, order in enumerate(permutations(words)):
            await on.on.pool.execute("TRUNCATE entry, inbox")
            await on.tell(order)
            assert await on.on.pool.fetchval("SELECT state FROM entry") == "withdrawn", number
        await on.on.pool.execute("TRUNCATE entry, inbox")
        await on.tell([made.entry(17)])
        late = await on.someone("Denis Tardy", Member("coordinator"))
        await late.see(PAGE)
        await on.tell([shown()])
        on.clock.pass_by(hours=25)
        async with on.guard.begin() as unit:
            await entries.forget_texts(unit.db, unit.now)
        assert await on.on.pool.fetchval("SELECT count(*) FROM entry_shown") == 0
