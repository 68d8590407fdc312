"""Writing an answer: what is put in, what it becomes, who was first."""

from __future__ import annotations

import re
from uuid import uuid5

import pytest

from services.contracts import notifier
from services.contracts.notifier import SimilarAnswer
from services.contracts.vocabulary import Fact
from services.workspace.domain.roles import Member
from tests.integration.workspace import facts as made
from tests.integration.workspace.stage import Someone, Stage, stage
from tests.support.plain_tags import plain_tags
from tests.support.servers import Database

PAGE = f"/questions/{made.QUESTION}"
LEAD, OF_LYON, OF_BREST = (
    Member("lead", "bm-lyon"),
    Member("respondent", "bm-lyon"),
    Member("respondent", "bm-brest"),
)
BEFORE = "https://archive.example/a/12"


def found(partner: str = "bm-lyon", url: str = BEFORE) -> Fact:
    return notifier.SimilarFound(
        assignment_id=uuid5(made.QUESTION, f"{partner} 1"),
        partner=made.named(partner),
        similar=(SimilarAnswer(title="Le phare [d’Eckmühl]", url=url),),
        facets=made.FACETS,
    )


async def at_lyon(on: Stage) -> Someone:
    await on.tell(made.life(made.received(), made.routed(), found(), found(url="javascript:alert(1)")))
    return await on.someone("Amel Benali", OF_LYON)


async def test_what_was_answered_before_stands_beside_and_its_link_goes_into_the_draft(
    database: Database,
) -> None:
    async with stage(database) as on:
        amel = await at_lyon(on)
        page = (await amel.see(PAGE)).text
        assert f'href="{BEFORE}"' in page
        assert "javascript:alert" not in page
        mark = f"[Le phare (d’Eckmühl)]({BEFORE})"
        assert mark in page
        await amel.post(f"{PAGE}/draft", text="Bonjour,", revision="0", insert=mark)
        assert f"Bonjour,\n\n{mark}" in (await amel.see(PAGE)).text


async def test_an_answer_goes_out_as_it_was_written_and_is_looked_at_as_it_is_set(database: Database) -> None:
    async with stage(database) as on:
        amel = await at_lyon(on)
        text = f"**Bonjour**\n\n* voir [la notice]({BEFORE})"
        preview = (await amel.post(f"{PAGE}/preview", form="n1", text=text, sources="Joanne, 1890")).text
        assert "<p><strong>Bonjour</strong></p>" in preview
        assert f'<li>voir <a href="{BEFORE}" rel="nofollow noopener">la notice</a></li>' in preview
        assert "Joanne, 1890" in preview
        await amel.post(f"{PAGE}/answer", form="n1", text=text, effort="2", subject="histoire")
        [asked] = await on.requests()
        assert asked["data"] == {
            "text": text,
            "format": "commonmark",
            "sources": [],
            "effort": 2,
            "subject": "histoire",
            "files": [],
        }


async def test_the_mails_own_sentences_are_in_the_askers_language(database: Database) -> None:
    async with stage(database) as on:
        amel = await at_lyon(on)
        await amel.post("/account/language", language="en")
        page = (await amel.post(f"{PAGE}/preview", form="n1", text="Bonjour,")).text
        assert "Bibliothèque de Lyon a préparé pour vous cette réponse." in page
        assert "As the asker will read it" in page


async def test_effort_and_theme_are_kept_with_the_draft_and_said_in_words(database: Database) -> None:
    async with stage(database) as on:
        amel = await at_lyon(on)
        await amel.post(f"{PAGE}/draft", text="Ébauche", revision="0", effort="4", subject="arts")
        page = (await amel.see(PAGE)).text
        assert '<option value="4" selected>4 · plusieurs sources, une vraie recherche</option>' in page
        assert '<option value="arts" selected>' in page


async def test_the_second_answer_is_kept_and_its_writer_told_who_was_first(database: Database) -> None:
    async with stage(database) as on:
        amel = await at_lyon(on)
        bruno = await on.someone("Bruno Roux", OF_LYON)
        await amel.post(f"{PAGE}/answer", form="n1", text="Le marquis.")
        late = await bruno.post(f"{PAGE}/answer", form="n2", text="La marquise, en 1892.")
        assert late.status_code == 409
        assert "Non envoyée" in late.text
        assert "La marquise, en 1892." in late.text
        assert len(await on.requests()) == 1
        assert "La marquise, en 1892." in (await bruno.see(PAGE)).text
        assert (await amel.post(f"{PAGE}/answer", form="n1", text="Le marquis.")).status_code == 303


async def test_an_answer_to_what_another_library_answered_is_kept_not_sent(database: Database) -> None:
    async with stage(database) as on:
        amel = await at_lyon(on)
        await on.tell(
            made.life(
                made.received(),
                made.routed(),
                found(),
                found(),
                made.routed("bm-brest"),
                made.answered("bm-brest"),
            )
        )
        late = await amel.post(f"{PAGE}/answer", form="n1", text="Trop tard.")
        assert late.status_code == 409
        assert await on.requests() == []


async def test_paragraphs_in_the_askers_language_stand_first_and_ours_before_the_networks(
    database: Database,
) -> None:
    async with stage(database) as on:
        amel = await at_lyon(on)
        lead, claire = await on.someone("Léa Lead", LEAD), await on.someone("Claire", Member("coordinator"))
        for person, library, language, title in (
            (lead, "bm-lyon", "en", "Ours in English"),
            (lead, "bm-lyon", "fr", "Les nôtres"),
            (claire, "", "fr", "Du réseau"),
        ):
            fields = {"library": library, "language": language, "title": title, "text": f"{title} !"}
            assert (await person.post("/paragraphs", **fields)).status_code == 303
        page = plain_tags((await amel.see(PAGE)).text)
        places = [
            page.index(f"<strong>{title}</strong>")
            for title in ("Les nôtres", "Du réseau", "Ours in English")
        ]
        assert places == sorted(places)
        assert 'name="insert" value="Les nôtres !"' in page


@pytest.mark.parametrize(("role", "library"), [("lead", "bm-brest"), ("lead", ""), ("respondent", "bm-lyon")])
async def test_nobody_writes_paragraphs_that_are_not_theirs(
    database: Database, role: str, library: str
) -> None:
    async with stage(database) as on:
        person = await on.someone("Léa", LEAD if role == "lead" else OF_LYON)
        fields = {"library": library, "language": "fr", "title": "x", "text": "x"}
        assert (await person.post("/paragraphs", **fields)).status_code == 403
        assert await on.on.pool.fetchval("SELECT count(*) FROM paragraph") == 0


async def test_a_paragraph_is_changed_and_removed_by_its_own_library_alone(database: Database) -> None:
    async with stage(database) as on:
        lead, other = (
            await on.someone("Léa", LEAD),
            await on.someone("Maël", Member("lead", "bm-brest")),
        )
        fields = {"language": "fr", "title": "Horaires", "text": "Mardi."}
        await lead.post("/paragraphs", library="bm-lyon", **fields)
        number = await on.on.pool.fetchval("SELECT id FROM paragraph")
        for action in ("", "/remove"):
            assert (await other.post(f"/paragraphs/{number}{action}", **fields)).status_code == 404
        await lead.post(f"/paragraphs/{number}", **fields | {"text": "Mercredi."})
        assert "Mercredi." in (await lead.see("/paragraphs")).text
        assert "Mercredi." not in (await other.see("/paragraphs")).text
        empty = await lead.post(f"/paragraphs/{number}", **fields | {"text": " "})
        assert empty.status_code == 422
        await lead.post(f"/paragraphs/{number}/remove")
        assert "Mercredi." not in (await lead.see("/paragraphs")).text


async def test_a_due_time_is_told_by_the_librarys_own_clock(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([made.listed("bm-lyon", time_zone="Indian/Reunion")])
        amel = await at_lyon(on)
        page = (await amel.see("/questions")).text
        assert "demain 13\u00a0h" in page
        assert "demain 13\u00a0h" in (await amel.see(PAGE)).text


async def test_a_library_that_is_strong_and_open_is_named_first_with_its_reason(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(
            [made.listed("bm-lyon"), made.listed("bm-brest", subjects={"histoire": 5}), made.listed("caen")]
        )
        amel = await at_lyon(on)
        page = (await amel.see(PAGE)).text
        assert 'label="Fortes sur ce thème et ouvertes maintenant"><option value="bm-brest">' in page
        why = r"Médiathèques de Brest : histoire[^<]* 5 sur 5, ouverte maintenant, 0 question".replace(
            " ", r"\s"
        )
        assert re.search(why, page, re.IGNORECASE)
