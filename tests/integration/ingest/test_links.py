"""The asker's and the respondent's own pages, behind signed links."""

from html import unescape
from typing import Any
from uuid import UUID

import httpx

from services.chassis.language.typography import bound
from services.contracts.ingest import (
    AnswerReceived,
    AskerErased,
    QuestionDeclined,
    QuestionFollowedUp,
    QuestionRated,
    QuestionWithdrawn,
)
from services.contracts.links.signed_links import asker_token, partner_token, reply_address
from services.contracts.notifier import SimilarAnswer, SimilarFound
from services.contracts.vocabulary import PartnerName
from services.ingest.handlers import askers
from services.ingest.store.access import links, partner_access
from tests.support.ingest_doors import KEYS, Ingest, answered_by, hears, ingest, mail, routed_to
from tests.support.servers import Database, VirtualHost

ASKED: dict[str, Any] = {
    "text": "Où était le moulin ?",
    "private_note": "Mon grand-père y vivait.",
    "asker": {"mail": "ada@example.org"},
}


async def asked(door: Ingest, *partners: str) -> UUID:
    question = UUID((await door.http.post("/api/v1/questions", json=ASKED)).json()["id"])
    await hears(door, question, *map(routed_to, partners))
    return question


def partners_page(question: UUID, partner: str) -> str:
    return f"/r/{partner_token(KEYS, question, partner)}"


def askers_page(question: UUID) -> str:
    return f"/q/{asker_token(KEYS, question)}"


async def post(door: Ingest, path: str, **fields: str) -> httpx.Response:
    return await door.http.post(path, data=fields)


async def test_a_respondent_sees_the_question_and_answers_it(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door, "lyon", "grigny")
        path = partners_page(question, "grigny")
        page = (await door.http.get(path)).text
        sources = "G 12\n\nhttps://g.example"
        answer = await post(door, f"{path}/answer", text="À Grigny.", sources=sources, effort="3")
        (event,) = await door.announced(AnswerReceived)
    assert bound(ASKED["text"]) in page
    assert "Mon grand-père y vivait." in page
    assert "ada@example.org" not in page
    assert answer.status_code == 303
    assert (event.data.partner, event.data.way, event.data.effort) == ("grigny", "page", 3)
    assert event.data.sources == ("G 12", "https://g.example")


async def test_an_empty_answer_is_said_so_and_keeps_what_was_typed(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        path = partners_page(await asked(door, "grigny"), "grigny")
        answer = await post(door, f"{path}/answer", text=" ", sources="G 12")
        assert await door.announced(AnswerReceived) == []
    assert answer.status_code == 422
    assert "Écrivez votre réponse." in answer.text
    assert "G 12" in answer.text


async def test_a_respondent_hands_back_and_names_a_colleague(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        path = partners_page(await asked(door, "lyon", "grigny"), "grigny")
        page = unescape((await door.http.get(f"{path}?lang=fr")).text)
        for _ in range(2):
            await post(door, f"{path}/decline", reason="Fermée.", refer_to="lyon")
        (event,) = await door.announced(QuestionDeclined)
    assert (event.data.partner, event.data.reason, event.data.refer_to) == ("grigny", "Fermée.", "lyon")
    assert 'aria-describedby="refer_to-hint"' in page
    assert "Seules figurent ici les bibliothèques déjà sollicitées une fois." in page


async def test_a_colleague_is_named_by_name_and_an_unknown_one_stays_in_the_reason(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        paths = [partners_page(await asked(door, "lyon", "grigny"), "grigny") for _ in range(2)]
        await post(door, f"{paths[0]}/decline", reason="Fermée.", refer_to="LYON")
        await post(door, f"{paths[1]}/decline", reason="Fermée.", refer_to="Les Archives")
        named, unknown = await door.announced(QuestionDeclined)
    assert (named.data.reason, named.data.refer_to) == ("Fermée.", "lyon")
    assert (unknown.data.reason, unknown.data.refer_to) == ("Fermée.\n\nLes Archives", None)


async def test_a_link_serves_one_partner_one_question_and_ends(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question, other = await asked(door, "grigny"), await asked(door, "lyon")
        strangers = [
            await door.http.get(partners_page(question, "lyon")),
            await door.http.get(partners_page(other, "grigny")),
            await door.http.get(f"/r/{asker_token(KEYS, question)}"),
            await door.http.get(f"/q/{partner_token(KEYS, question, 'grigny')}"),
        ]
        await hears(door, question, answered_by("lyon"))
        ended = (await door.http.get(partners_page(question, "grigny"))).text
    assert [answer.status_code for answer in strangers] == [404] * 4
    assert "a déjà sa réponse" in ended
    assert "<textarea" not in ended


async def test_the_asker_follows_up_rates_and_sees_it(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door, "grigny")
        await hears(door, question, answered_by("grigny"))
        path = askers_page(question)
        await post(door, f"{path}/follow-up", text="Et avant 1800 ?")
        for stars in ("5", "1"):
            await post(door, f"{path}/rate", stars=stars, comment="Merci !")
        (followed,) = await door.announced(QuestionFollowedUp)
        (rated,) = await door.announced(QuestionRated)
        page = (await door.http.get(path)).text
        colleague = (await door.http.get(partners_page(question, "grigny"))).text
    assert followed.data.text == "Et avant 1800 ?"
    assert (rated.data.stars, rated.data.comment, rated.data.partner) == (5, "Merci !", "grigny")
    assert bound("Et avant 1800 ?") in page
    assert bound("Et avant 1800 ?") in colleague


async def test_the_asker_withdraws_once(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door, "grigny")
        for _ in range(2):
            await post(door, f"{askers_page(question)}/withdraw")
        assert len(await door.announced(QuestionWithdrawn)) == 1
        page = (await door.http.get(partners_page(question, "grigny"))).text
    assert "retiré" in page
    assert "<textarea" not in page


async def test_erasing_leaves_no_word_of_the_asker(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door, "grigny")
        path = askers_page(question)
        await post(door, f"{path}/follow-up", text="Et ma grand-mère ?")
        await post(door, f"{path}/erase")
        await post(door, f"{path}/follow-up", text="Encore")
        assert len(await door.announced(AskerErased)) == 1
        left = await door.fetchval(
            "SELECT string_agg(text || coalesce(private_note, ''), '') FROM question WHERE id = $1", question
        )
        raws = await door.fetchval("SELECT count(*) FROM submission WHERE raw IS NOT NULL")
        page = (await door.http.get(path)).text
        facts = await door.fetchval("SELECT count(*) FROM follow_up")
    assert (left, raws, facts) == ("", 0, 0)
    assert "effacées" in page


async def test_no_way_of_filling_in_makes_a_page_fail(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door, "grigny")
        path, colleague = askers_page(question), partners_page(question, "grigny")
        form = b"text=%00&stars=9&effort=x&refer_to=%00&number=1-2-3&sources=%0A&lang=xx"
        actions = (f"{path}/follow-up", f"{path}/rate", f"{path}/nothing", f"{colleague}/answer")
        kind = {"content-type": "application/x-www-form-urlencoded"}
        answers = [
            await door.http.post(target, content=form, headers=kind) for target in (*actions, "/questions")
        ]
        declined = await door.http.post(f"{colleague}/decline", content=form, headers=kind)
    assert [answer.status_code for answer in answers] == [422, 422, 404, 422, 422]
    assert {answer.headers["content-type"] for answer in answers} == {"text/html; charset=utf-8"}
    assert declined.status_code == 303  # no reason is needed, and what nobody can read names no library


async def test_a_link_that_was_revoked_opens_nothing(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door, "grigny")
        async with door.running.chassis.begin() as unit:
            await links.revoke(unit.db, question, "grigny", unit.now)
        page = await door.http.get(partners_page(question, "grigny"))
        address = reply_address("reply@sesame.example", partner_token(KEYS, question, "grigny"))
        await door.deliver(mail("À Grigny.", To=address), [address])
        assert await door.announced(AnswerReceived) == []
        assert "revoked" in await door.fetchval("SELECT reason FROM quarantine")
    assert page.status_code == 404


async def test_a_suspended_partners_links_open_nothing_until_it_is_back(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door, "grigny")
        path, begin = partners_page(question, "grigny"), door.running.chassis.begin
        address = reply_address("reply@sesame.example", partner_token(KEYS, question, "grigny"))
        async with begin() as unit:
            await partner_access.suspend(unit.db, "grigny", unit.now)
        shut = [await door.http.get(path), await post(door, f"{path}/answer", text="À Grigny.")]
        await door.deliver(mail("À Grigny.", To=address), [address])
        assert "suspended" in await door.fetchval("SELECT reason FROM quarantine")
        assert await door.announced(AnswerReceived) == []
        async with begin() as unit:
            await partner_access.resume(unit.db, "grigny")
        back = await post(door, f"{path}/answer", text="À Grigny.")
        assert len(await door.announced(AnswerReceived)) == 1
    assert [page.status_code for page in (*shut, back)] == [404, 404, 303]


async def test_a_removed_partners_links_stay_dead_when_its_id_comes_back(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        before, begin = await asked(door, "grigny"), door.running.chassis.begin
        async with begin() as unit:
            await partner_access.remove(unit.db, "grigny", unit.now)
        gone = await door.http.get(partners_page(before, "grigny"))
        async with begin() as unit:
            await partner_access.admit(unit.db, "grigny")
        after = await asked(door, "grigny")
        pages = [await door.http.get(partners_page(one, "grigny")) for one in (before, after)]
    assert [page.status_code for page in (gone, *pages)] == [404, 404, 200]


async def test_respondent_is_shown_what_was_answered_before(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door, "grigny")
        turn = await door.fetchval("SELECT assignment_id FROM asked WHERE question = $1", question)
        answers = (SimilarAnswer(title="Les moulins de Givors ?", url="https://archive.example/a/7"),)
        partner = PartnerName(id="grigny", name="Médiathèque de Grigny")
        found = SimilarFound(assignment_id=turn, partner=partner, similar=answers)
        await hears(door, question, found)
        page = (await door.http.get(partners_page(question, "grigny"))).text
        async with door.running.chassis.begin() as unit:
            await askers.erase(unit, question, "wish")
        await hears(door, question, found)
        assert await door.fetchval("SELECT count(*) FROM offered") == 0
    title = bound("Les moulins de Givors ?")
    assert f'<a href="https://archive.example/a/7">{title}</a>' in page
