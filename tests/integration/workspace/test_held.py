"""What is held: shown as text to the coordinator alone, taken in or dropped by asking, in any order."""

from __future__ import annotations

from itertools import permutations
from uuid import UUID

from services.chassis.messaging.incoming import IncomingMessage
from services.contracts.coordinator import RequestRefused
from services.contracts.ingest import HeldEnded, HeldShown
from services.contracts.vocabulary import Fact
from services.workspace.domain.roles import Member
from services.workspace.store.coordinator import held
from tests.integration.workspace import facts as made
from tests.integration.workspace.stage import Someone, Stage, stage
from tests.integration.workspace.test_coordinator import receipt
from tests.support.bench import letter_of
from tests.support.servers import Database

NOBODY = UUID(int=0)


def told(fact: Fact, name: str) -> IncomingMessage:
    return letter_of(fact, NOBODY, id_=name, time=made.MOMENT)


async def claire(on: Stage) -> Someone:
    return await on.someone("Claire Dumas", Member("coordinator"))


async def test_its_words_are_asked_for_once_and_shown_as_text(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([made.held(17)])
        person = await claire(on)
        assert "peut-être automatique" in (await person.see("/held")).text
        for _ in range(2):
            assert "en cours de lecture" in (await person.see("/held/17")).text
        [asked] = await on.requests()
        assert asked["key"] == "coordinator.held_show.requested.v1"
        assert asked["data"] == {"by": "Claire Dumas", "number": 17}
        shown = HeldShown(
            number=17,
            heading="<b>Un moulin</b>",
            text='<script>alert("x")</script>\nOù est le plan ?',
            attachments=("plan.pdf",),
        )
        await on.tell([told(shown, "s1")])
        page = (await person.see("/held/17")).text
        assert "&lt;script&gt;" in page
        assert "&lt;b&gt;Un moulin" in page
        assert "plan.pdf" in page
        assert "<script>alert" not in page
        assert "Consultation" in (await person.see("/audit")).text


async def test_its_words_are_gone_with_it_and_after_a_day(database: Database) -> None:
    async with stage(database) as on:
        person = await claire(on)
        await on.tell([made.held(17), made.held(18)])
        for number in (17, 18):
            await person.see(f"/held/{number}")
            await on.tell([told(HeldShown(number=number, text="Des mots."), f"s{number}")])
        await on.tell([told(HeldEnded(number=17), "e1")])
        assert "Des mots." not in (await person.see("/held/17")).text
        assert "/held/17" not in (await person.see("/held")).text
        on.clock.pass_by(hours=25)
        async with on.guard.begin() as unit:
            await held.forget_words(unit.db, unit.now)
        assert await on.on.pool.fetchval("SELECT count(*) FROM held_words") == 0


async def test_any_order_ends_the_same(database: Database) -> None:
    async with stage(database) as on:
        person = await claire(on)
        for number, order in enumerate(permutations(range(3)), 1):
            letters = [
                made.held(number),
                told(HeldShown(number=number, text="Des mots."), f"s{number}"),
                told(HeldEnded(number=number), f"e{number}"),
            ]
            await on.tell([letters[place] for place in order])
        assert "Rien n’est retenu" in (await person.see("/held")).text
        assert await on.on.pool.fetchval("SELECT count(*) FROM held_words") == 0


async def test_releasing_is_asked_once_and_a_refusal_is_said(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([made.held(17)])
        person = await claire(on)
        for _ in range(2):
            await person.post("/held/17/release", form="r1")
        await person.post("/held/17/drop", form="d1")
        release, drop = await on.requests()
        assert release["key"] == "coordinator.held_release.requested.v1"
        assert drop["key"] == "coordinator.held_drop.requested.v1"
        refused = RequestRefused(
            request_id=release["id"], request_type=release["type"], code="stays_held", reason="no text"
        )
        await on.tell([receipt(refused, "r1")])
        assert "reste retenu" in (await person.see("/held/17")).text
        for path in ("/held/99", f"/held/{10**30}"):
            assert (await person.see(path)).status_code == 404
            assert (await person.post(f"{path}/drop", form="d2")).status_code == 404


async def test_whoever_wrote_a_dropped_mail_is_told_nothing_or_one_of_our_sentences(
    database: Database,
) -> None:
    async with stage(database) as on:
        await on.tell([made.held(17, "encrypted"), made.held(18, "spam"), made.held(19)])
        await on.tell([made.held_reply(20)])
        person = await claire(on)
        page = (await person.see("/held/17")).text
        assert '<option value="">' in page
        assert "Nous n’acceptons pas de publicité" in page
        for number in (18, 19, 20):
            assert 'name="answer"' not in (await person.see(f"/held/{number}")).text
            refused = await person.post(f"/held/{number}/drop", form="x", answer="no_advertising")
            assert refused.status_code == 400
        assert (await person.post("/held/17/drop", form="y", answer="Buy this")).status_code == 400
        for _ in range(2):
            await person.post("/held/17/drop", form="z", answer="unreadable")
        await person.post("/held/18/drop", form="silent", answer="")
        drops = [one for one in await on.requests() if one["type"] == "held_drop.requested.v1"]
        assert [(one["data"]["number"], one["data"].get("answer")) for one in drops] == [
            (17, "unreadable"),
            (18, None),
        ]
        rows = await on.on.pool.fetch(
            "SELECT detail FROM audit WHERE action = 'held_drop.requested' ORDER BY detail"
        )
        assert [row["detail"] for row in rows] == ["17 unreadable", "18"]
