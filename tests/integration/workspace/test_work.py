"""A respondent's work: nobody's words are lost, nothing is asked twice, colleagues see each other."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid5

import pytest

from services.chassis.messaging.incoming import IncomingMessage
from services.contracts import topology
from services.contracts.envelope import Event, Notice
from services.contracts.ingest import TakeWithdrawn
from services.contracts.partners import SubmissionAccepted, SubmissionRefused
from services.contracts.workspace import ColleagueCalled
from services.workspace.domain.roles import Member
from tests.integration.workspace import facts as made
from tests.integration.workspace.stage import Someone, Stage, stage
from tests.support.servers import Database

PAGE = f"/questions/{made.QUESTION}"
OF_LYON, OF_BREST = Member("respondent", "bm-lyon"), Member("respondent", "bm-brest")


async def two_of_lyon(on: Stage) -> tuple[Someone, Someone]:
    await on.tell(made.life(made.received(), made.routed()))
    return await on.someone("Amel Benali", OF_LYON), await on.someone("Bruno Roux", OF_LYON)


def receipt(fact: SubmissionAccepted | SubmissionRefused, name: str) -> IncomingMessage:
    event = Notice(
        id=name, source="/sesame/ingest", type=fact.wire, subject=None, time=made.MOMENT, data=fact
    )
    key = topology.workspace_key(type(fact))
    return IncomingMessage(topology.PARTNERS, key, "application/cloudevents+json", name, event.encode())


async def test_looking_does_not_claim_and_taking_does_once(database: Database) -> None:
    async with stage(database) as on:
        amel, bruno = await two_of_lyon(on)
        await amel.see(PAGE)
        assert await on.requests() == []
        for _ in range(2):
            assert (await amel.post(f"{PAGE}/take", form="one")).status_code == 303
        await bruno.post(f"{PAGE}/take", form="another")
        [asked] = await on.requests()
        assert asked["key"] == "partner.bm-lyon.take.submitted.v1"
        assert asked["subject"] == str(made.QUESTION)
        assert "Amel Benali" in (await bruno.see(PAGE)).text
        assert "Qui a construit le phare" in (await bruno.see("/questions?list=in_hand")).text
        assert "Qui a construit le phare" not in (await bruno.see("/questions")).text


async def test_an_answer_is_asked_once_and_the_page_shows_what_became_of_it(database: Database) -> None:
    async with stage(database) as on:
        amel, _ = await two_of_lyon(on)
        fields = {"form": "n1", "text": "Le marquis.", "sources": "A\n\n B \n", "effort": "3"}
        for _ in range(2):
            assert (await amel.post(f"{PAGE}/answer", **fields)).status_code == 303
        [asked] = await on.requests()
        assert asked["data"] == {
            "text": "Le marquis.",
            "format": "commonmark",
            "sources": ["A", "B"],
            "effort": 3,
            "files": [],
        }
        assert ": en cours" in (await amel.see(PAGE)).text
        accepted = SubmissionAccepted(original_id=asked["id"], original_type=asked["type"])
        await on.tell([receipt(accepted, "r1")] * 2)
        assert ": en cours" not in (await amel.see(PAGE)).text


async def test_a_refusal_is_shown_with_its_reason_and_the_text_is_kept(database: Database) -> None:
    async with stage(database) as on:
        amel, _ = await two_of_lyon(on)
        await amel.post(f"{PAGE}/answer", form="n1", text="Une heure de travail.")
        [asked] = await on.requests()
        refused = SubmissionRefused(
            original_id=asked["id"], original_type=asked["type"], code="ended", reason="too late"
        )
        await on.tell([receipt(refused, "r1")])
        page = (await amel.see(PAGE)).text
        assert "la question est close" in page
        assert "Une heure de travail." in page


async def test_receipts_of_partners_own_programs_change_nothing(database: Database) -> None:
    async with stage(database) as on:
        amel, _ = await two_of_lyon(on)
        stranger = SubmissionRefused(original_id="their-own-42", original_type="x", reason="secret of theirs")
        await on.tell([receipt(stranger, "r9")])
        assert await on.on.dead() == []
        assert "secret of theirs" not in (await amel.see(PAGE)).text


async def test_a_draft_outlives_tab_and_sign_in_and_two_windows(database: Database) -> None:
    async with stage(database) as on:
        amel, bruno = await two_of_lyon(on)
        await amel.see(PAGE)
        first = await amel.http.post(
            f"{PAGE}/draft",
            data={"text": "Première fenêtre", "revision": "0"},
            headers={"accept": "application/json", "x-seal": amel.seal},
        )
        assert first.json() == {"revision": 1}
        await amel.post(f"{PAGE}/draft", text="Seconde fenêtre", revision="0")
        page = (await amel.see(PAGE)).text
        assert "Première fenêtre" in page
        assert "Seconde fenêtre" in page
        assert "Seconde fenêtre" in (await bruno.see(PAGE)).text
        on.clock.pass_by(hours=13)
        late = await amel.post(
            f"{PAGE}/answer", form="late", text="Écrit trop tard pour la session", revision="2"
        )
        assert late.headers["location"].startswith("/sign-in?next=")
        assert await on.requests() == []
        kept = await on.on.pool.fetchval("SELECT text FROM draft WHERE person = $1", amel.id)
        assert kept == "Écrit trop tard pour la session"


async def test_what_the_contract_does_not_take_comes_back_with_its_text(database: Database) -> None:
    async with stage(database) as on:
        amel, _ = await two_of_lyon(on)
        empty = await amel.post(f"{PAGE}/answer", form="n1", text="  ", sources="Une source")
        assert empty.status_code == 422
        assert "Une source" in empty.text
        assert 'aria-invalid="true"' in empty.text
        assert await on.requests() == []


async def test_handing_over_and_giving_back_stay_in_the_library(database: Database) -> None:
    async with stage(database) as on:
        amel, bruno = await two_of_lyon(on)
        brest = await on.someone("Maël Le Gall", OF_BREST)
        await amel.post(f"{PAGE}/take", form="n1")
        assert (await amel.post(f"{PAGE}/hand-over", to=str(brest.id))).status_code == 422
        assert (await amel.post(f"{PAGE}/hand-over", to="nobody")).status_code == 422
        await amel.post(f"{PAGE}/hand-over", to=str(bruno.id))
        assert await on.on.pool.fetchval("SELECT person FROM claim") == bruno.id
        await bruno.post(f"{PAGE}/give-back")
        assert await on.on.pool.fetchval("SELECT count(*) FROM claim WHERE person IS NOT NULL") == 0
        assert "Qui a construit le phare" in (await amel.see("/questions")).text


async def test_what_was_given_back_or_left_behind_is_to_take_again(database: Database) -> None:
    async with stage(database) as on:
        amel, bruno = await two_of_lyon(on)
        for leaves in (False, True):
            await amel.post(f"{PAGE}/take", form=f"take {leaves}")
            await on.tell([made.hourly(2, made.taken())])
            assert "Amel Benali s’en occupe" in (await bruno.see(PAGE)).text
            assert "Qui a construit le phare" not in (await bruno.see("/questions")).text
            if leaves:
                lead = await on.someone("Lou Martin", Member("lead", "bm-lyon"))
                await lead.post(f"/people/{amel.id}/leave", library="bm-lyon")
            else:
                await amel.post(f"{PAGE}/give-back")
            assert "Qui a construit le phare" in (await bruno.see("/questions")).text
            assert "Qui a construit le phare" not in (await bruno.see("/questions?list=in_hand")).text
            assert "Personne pour le moment." in (await bruno.see(PAGE)).text
        await bruno.post(f"{PAGE}/take", form="bruno")
        assert "Vous vous en occupez." in (await bruno.see(PAGE)).text


CLAIMED_BY_A_COPY_OF_BEFORE = """
INSERT INTO claim (question, partner, person, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (question, partner) DO UPDATE SET person = excluded.person, at = excluded.at
WHERE claim.at < (SELECT routed_at FROM assignment a WHERE a.question = $1 AND a.partner = $2)
"""


async def test_what_was_given_back_is_taken_by_a_copy_of_before(database: Database) -> None:
    async with stage(database) as on:
        amel, bruno = await two_of_lyon(on)
        taking = (CLAIMED_BY_A_COPY_OF_BEFORE, made.QUESTION, "bm-lyon", bruno.id, on.clock.now())
        await amel.post(f"{PAGE}/take", form="take")
        assert await on.on.pool.execute(*taking) == "INSERT 0 0"
        await amel.post(f"{PAGE}/give-back")
        assert await on.on.pool.execute(*taking) == "INSERT 0 1"
        assert "Vous vous en occupez." in (await bruno.see(PAGE)).text
        assert "Qui a construit le phare" in (await bruno.see("/questions?list=in_hand")).text


@pytest.mark.parametrize(("way", "in_hand"), [("mail", True), ("partner", True), ("workspace", False)])
async def test_what_was_given_back_and_then_taken_by_mail_is_in_hand(
    database: Database, way: str, in_hand: bool
) -> None:
    """The word of one's own taking may come after one gave it back: nobody has it then."""
    async with stage(database) as on:
        amel, bruno = await two_of_lyon(on)
        await amel.post(f"{PAGE}/take", form="take")
        await amel.post(f"{PAGE}/give-back")
        await on.tell([made.hourly(7, made.taken(way=way))])
        to_take, taken = [(await bruno.see(f"/questions{name}")).text for name in ("", "?list=in_hand")]
        assert ["Qui a construit le phare" in page for page in (to_take, taken)] == [not in_hand, in_hand]
        page = (await bruno.see(PAGE)).text
        assert ("Personne pour le moment." not in page) == in_hand
        await on.tell([made.hourly(8, TakeWithdrawn(partner="bm-lyon", way=way, facets=made.FACETS))])
        assert "Personne pour le moment." in (await bruno.see(PAGE)).text
        await bruno.post(f"{PAGE}/take", form="bruno")
        assert "Vous vous en occupez." in (await bruno.see(PAGE)).text


@pytest.mark.parametrize("leaves", [True, False])
async def test_a_claim_of_before_is_not_given_back_in_place_of_todays(
    database: Database, leaves: bool
) -> None:
    """The library was asked again and took it by mail; who had it the first time leaves, or has a page left
    open."""
    async with stage(database) as on:
        amel, bruno = await two_of_lyon(on)
        await amel.post(f"{PAGE}/take", form="take")
        again = (made.declined(), made.routed(attempt=2), made.taken())
        await on.tell([made.hourly(number, fact) for number, fact in enumerate(again, 7)])
        on.clock.pass_by(hours=10)
        if leaves:
            lead = await on.someone("Lou Martin", Member("lead", "bm-lyon"))
            await lead.post(f"/people/{amel.id}/leave", library="bm-lyon")
        else:
            await amel.post(f"{PAGE}/give-back")
        assert "Qui a construit le phare" not in (await bruno.see("/questions")).text
        assert "Qui a construit le phare" in (await bruno.see("/questions?list=in_hand")).text
        assert "Personne pour le moment." not in (await bruno.see(PAGE)).text
        assert await on.on.pool.fetchval("SELECT count(*) FROM audit WHERE action = 'given_back'") == 0


async def test_a_note_sent_twice_stands_once_and_other_words_beside_it(database: Database) -> None:
    async with stage(database) as on:
        amel, _ = await two_of_lyon(on)
        for text in ("@bruno Le Joanne ?", "@bruno Le Joanne ?", "@bruno Le Joanne de 1890 ?"):
            await amel.post(f"{PAGE}/note", form="note-1", text=text)
        assert await on.on.pool.fetchval("SELECT count(*) FROM note") == 2
        assert len(await called(on)) == 1


async def test_who_goes_back_and_sends_other_words_is_not_told_that_they_went_out(database: Database) -> None:
    async with stage(database) as on:
        amel, _ = await two_of_lyon(on)
        await amel.post(f"{PAGE}/answer", form="n1", text="Le marquis.")
        again = await amel.post(f"{PAGE}/answer", form="n1", text="La marquise.")
        assert (again.status_code, "La marquise." in again.text) == (409, True)
        assert len(await on.requests()) == 1


async def test_words_of_a_question_that_went_elsewhere_are_still_shown(database: Database) -> None:
    async with stage(database) as on:
        amel, _ = await two_of_lyon(on)
        await amel.post(f"{PAGE}/draft", text="Le phare doit son nom…", revision="0")
        await amel.post(f"{PAGE}/ask-back", form="b1", text="De quel phare s’agit-il ?")
        assert "De quel phare" not in (await amel.see(PAGE)).text
        [asked] = await on.requests()
        refused = SubmissionRefused(original_id=asked["id"], original_type=asked["type"], reason="not_asked")
        await on.tell([receipt(refused, "r1"), made.hourly(2, made.routed("bm-brest", 2))])
        page = (await amel.see(PAGE)).text
        assert "De quel phare" in page
        assert "Le phare doit son nom…" in page
        late = await amel.post(f"{PAGE}/answer", form="n1", text="Le phare doit son nom à Davout.")
        assert late.status_code == 409
        assert "votre bibliothèque n’a plus cette question" in late.text
        assert "Le phare doit son nom à Davout." in late.text


async def test_a_note_calls_colleagues_by_name_until_they_look(database: Database) -> None:
    async with stage(database) as on:
        amel, bruno = await two_of_lyon(on)
        await amel.post(f"{PAGE}/note", text="@bruno, tu as le Joanne de 1890 ?")
        assert "Joanne de 1890" in (await bruno.see("/questions")).text
        assert "Joanne de 1890" not in (await amel.see("/questions")).text
        assert "Joanne de 1890" in (await bruno.see(PAGE)).text
        assert "Joanne de 1890" not in (await bruno.see("/questions")).text


async def called(on: Stage) -> list[Event[Any]]:
    return [one for one in await on.on.announced() if isinstance(one.data, ColleagueCalled)]


async def test_who_is_called_is_written_to_once_until_they_look_and_reads_no_word_of_it(
    database: Database,
) -> None:
    async with stage(database) as on:
        amel, bruno = await two_of_lyon(on)
        for text in ("@Bruno, le Joanne ?", "@bruno ?", "@Amel, à moi-même"):
            await amel.post(f"{PAGE}/note", text=text)
        [mail] = await called(on)
        assert (mail.subject, mail.data.person_id) == (made.QUESTION, bruno.id)
        said = mail.encode().decode()
        assert "Joanne" not in said
        assert "phare" not in said
        await bruno.see(PAGE)
        await amel.post(f"{PAGE}/note", text="@bruno, encore une fois")
        assert len(await called(on)) == 2


async def test_who_wants_no_mail_when_called_gets_none(database: Database) -> None:
    async with stage(database) as on:
        amel, bruno = await two_of_lyon(on)
        await bruno.post("/account/calls")
        await amel.post(f"{PAGE}/note", text="@bruno ?")
        assert await called(on) == []
        await bruno.see(PAGE)
        await bruno.post("/account/calls", by_mail="yes")
        assert "checked" in (await bruno.see("/account")).text
        await amel.post(f"{PAGE}/note", text="@bruno ?")
        assert len(await called(on)) == 1


async def test_a_writer_reads_whom_nobody_is_called_like(database: Database) -> None:
    async with stage(database) as on:
        amel, bruno = await two_of_lyon(on)
        await on.someone("Maël Le Gall", OF_BREST)
        text = "@Bruno et @Maël, et @<b>, écrivez à ines@askers.example"
        await amel.post(f"{PAGE}/note", text=text)
        page = (await amel.see(PAGE)).text
        told = page[page.index("personne n’a été prévenu") :]
        assert "@Maël" in told[:60]
        assert "@Bruno" not in told[:60]
        assert "personne n’a été prévenu" not in (await bruno.see(PAGE)).text
        assert [one.data.person_id for one in await called(on)] == [bruno.id]


async def test_another_library_sees_nothing_of_it(database: Database) -> None:
    async with stage(database) as on:
        amel, _ = await two_of_lyon(on)
        await amel.post(f"{PAGE}/note", text="Entre nous")
        await amel.post(f"{PAGE}/draft", text="Ébauche secrète", revision="0")
        brest = await on.someone("Maël Le Gall", OF_BREST)
        assert (await brest.see(PAGE)).status_code == 404
        for action in ("take", "draft", "answer", "decline", "note", "give-back", "preview", "hand-over"):
            assert (await brest.post(f"{PAGE}/{action}", text="x", form="f")).status_code == 404
        assert len(await on.requests()) == 0
        await on.tell(made.life(made.received(), made.routed(), made.declined(), made.routed("bm-brest", 2)))
        page = (await brest.see(PAGE)).text
        assert "Nos fonds s’arrêtent à 1850." in page
        assert "Entre nous" not in page
        assert "Ébauche secrète" not in page


async def test_an_answer_never_becomes_markup(database: Database) -> None:
    async with stage(database) as on:
        amel, _ = await two_of_lyon(on)
        text = "**gras** <script>alert(1)</script> [clic](javascript:alert(1)) ![x](http://spy.example/p.gif)"
        page = (await amel.post(f"{PAGE}/preview", form="n1", text=text)).text
        assert "<strong>gras</strong> &lt;script&gt;" in page
        assert "<script>alert" not in page
        assert 'href="javascript' not in page
        assert "<img" not in page


async def test_a_colleague_sees_who_looks_and_who_writes(database: Database) -> None:
    async with stage(database) as on:
        amel, bruno = await two_of_lyon(on)
        await amel.post(f"{PAGE}/draft", text="J’écris", revision="0")
        assert "Amel Benali écrit une réponse" in (await bruno.see(PAGE)).text
        on.clock.pass_by(seconds=40)
        assert "Amel Benali regarde" in (await bruno.see(PAGE)).text
        on.clock.pass_by(seconds=40)
        assert "Amel Benali regarde" not in (await bruno.see(PAGE)).text


async def test_lists_are_sorted_by_what_is_due_and_found_by_words(database: Database) -> None:
    async with stage(database) as on:
        amel = await on.someone("Amel Benali", OF_LYON)
        for number, (words, hours) in enumerate((("Le pain", 30), ("Les chevaux", 6), ("Un phare", 20))):
            question = uuid5(made.QUESTION, words)
            due = made.MOMENT + timedelta(hours=hours)
            facts = (made.received(f"{words} au Moyen Âge, numéro {number}"), made.routed(due_at=due))
            await on.tell(made.life(*facts, question=question))
        page = (await amel.see("/questions")).text
        assert page.index("Les chevaux") < page.index("Un phare") < page.index("Le pain")
        found = (await amel.see("/questions?q=cheval")).text
        assert "Les chevaux" in found
        assert "Le pain" not in found


async def test_asking_back_and_adding_go_their_own_way(database: Database) -> None:
    async with stage(database) as on:
        amel, _ = await two_of_lyon(on)
        await amel.post(f"{PAGE}/ask-back", form="n1", text="De quel phare s’agit-il ?")
        await on.tell(made.life(made.received(), made.routed(), made.paused()))
        assert "Qui a construit le phare" in (await amel.see("/questions?list=waiting")).text
        assert "De quel phare s’agit-il" in (await amel.see(PAGE)).text
        await on.tell(made.life(made.received(), made.routed(), made.paused(), made.answered()))
        page = (await amel.see(PAGE)).text
        assert f'action="{PAGE}/add"' in page
        await amel.post(f"{PAGE}/add", form="n2", text="Allumé en 1897.", corrects="yes", revision="0")
        keys = [asked["key"] for asked in await on.requests()]
        assert keys == [
            "partner.bm-lyon.clarification.submitted.v1",
            "partner.bm-lyon.addition.submitted.v1",
        ]
        assert (await on.requests())[1]["data"]["corrects"] is True


async def test_words_of_a_session_that_timed_out_are_found_again(database: Database) -> None:
    async with stage(database) as on:
        amel, _ = await two_of_lyon(on)
        await amel.see(PAGE)
        on.clock.pass_by(hours=13)
        for action, field in (("note", "text"), ("ask-back", "text"), ("decline", "reason")):
            late = await amel.post(f"{PAGE}/{action}", form="f", **{field: f"Écrit trop tard : {action}"})
            assert late.headers["location"].startswith("/sign-in?next=")
        assert await on.requests() == []
        kept = await on.on.pool.fetch("SELECT text FROM draft_kept ORDER BY id")
        assert [row["text"] for row in kept] == [
            f"Écrit trop tard : {d}" for d in ("note", "ask-back", "decline")
        ]


async def test_a_page_left_open_brings_nothing_back_of_who_was_forgotten(database: Database) -> None:
    async with stage(database) as on:
        amel, _ = await two_of_lyon(on)
        await amel.see(PAGE)
        await amel.post(f"{PAGE}/answer", form="n1", text="Un mot de trop")
        [asked] = await on.requests()
        await on.tell(made.life(made.received(), made.routed(), made.erased()))
        refused = SubmissionRefused(
            original_id=asked["id"], original_type=asked["type"], code="ended", value="le mot", reason="late"
        )
        await on.tell([receipt(refused, "r1")])
        for form, field in (("draft", "text"), ("note", "text"), ("decline", "reason"), ("ask-back", "text")):
            late = await amel.post(f"{PAGE}/{form}", form=form, revision="0", **{field: "Écrit trop tard"})
            assert late.status_code == 410
            assert "oubliée" in late.text
        assert 'id="answer-form"' not in (await amel.see(PAGE)).text
        kept = await on.on.pool.fetchval(
            """SELECT count(*) FROM (SELECT text FROM draft UNION ALL SELECT text FROM draft_kept
            UNION ALL SELECT text FROM note
            UNION ALL SELECT value FROM request WHERE value IS NOT NULL) AS words"""
        )
        assert kept == 0


async def test_arabic_words_are_told_as_such_wherever_they_stand(database: Database) -> None:
    asked, said = "متى بنيت هذه المنارة ومن بناها؟", "بنيت المنارة في القرن التاسع عشر على يد مهندس"
    async with stage(database) as on:
        await on.tell(made.life(made.received(asked, note="هذه ملاحظة خاصة من السائل"), made.routed()))
        amel = await on.someone("Amel Benali", OF_LYON)
        await amel.post(f"{PAGE}/note", text=f"ملاحظة للزملاء: {said}")
        await amel.post(f"{PAGE}/draft", form="d", revision="0", text=said, sources=said)
        bruno = await on.someone("Bruno Roux", OF_LYON)
        page = (await bruno.see(PAGE)).text
        theirs = [tag for tag, _ in re.findall(r"<([^<>]*)>(?=([^<>]*[\u0600-\u06ff]))", page)]
        theirs = [tag for tag in theirs if not tag.startswith(("title", "textarea"))]
        assert len(theirs) >= 5
        assert [tag for tag in theirs if 'dir="auto"' not in tag or 'lang="ar"' not in tag] == []
