"""The page where a librarian types in what was asked elsewhere."""

from services.contracts.ingest import AnswerPosted, QuestionReceived
from services.ingest.domain.forms import desk_seal
from services.ingest.store.access import partner_access
from tests.support.ingest_doors import KEYS, answered_by, hears, ingest, routed_to
from tests.support.servers import Database, VirtualHost

DESK = f"/desk/grigny/{desk_seal(KEYS[0], 'grigny')}"
LYON = f"/desk/lyon/{desk_seal(KEYS[0], 'lyon')}"
POST = "https://facebook.example/groups/1/posts/2"


async def test_a_question_asked_at_the_desk_needs_no_address(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        page = await door.http.get(DESK)
        answer = await door.http.post(DESK, data={"channel": "desk", "text": "Où était le moulin ?"})
        (event,) = await door.announced(QuestionReceived)
    assert page.status_code == 200
    assert answer.status_code == 303
    assert (event.data.facets.channel, event.data.facets.origin) == ("desk", "grigny")
    assert event.data.asker is not None
    assert event.data.asker.mail is None


async def test_a_post_of_the_group_keeps_its_link(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        form = {"channel": "facebook_group", "text": "Où ?", "post_url": POST}
        await door.http.post(DESK, data=form)
        wrong = await door.http.post(DESK, data=form | {"post_url": "javascript:alert(1)"})
        (event,) = await door.announced(QuestionReceived)
    assert event.data.asker is not None
    assert (event.data.facets.channel, event.data.asker.post_url) == ("facebook_group", POST)
    assert wrong.status_code == 422


async def test_the_answer_comes_back_to_the_desk_and_is_posted_once(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        form = {"channel": "facebook_group", "text": "Où ?", "post_url": POST, "private_note": "Pour ma mère"}
        entered = await door.http.post(DESK, data=form)
        (asked,) = await door.announced(QuestionReceived)
        said = {"question": str(asked.subject)}
        await door.http.post(f"{DESK}/posted", data=said)
        await hears(door, asked.subject, routed_to("lyon", "Lyon"), answered_by("lyon"))
        page = (await door.http.get(DESK)).text
        elsewhere = await door.http.post(f"{LYON}/posted", data=said)
        answers = [await door.http.post(f"{DESK}/posted", data=said) for _ in range(2)]
        after = (await door.http.get(DESK)).text
        (event,) = await door.announced(AnswerPosted)
    assert entered.headers["location"].startswith("http://sesame.example/desk/")
    assert POST in page
    assert "À Grigny, au bord du Rhône.\n\nhttps://gallica.example/moulin\n\n— " in page
    assert "Pour ma mère" not in page
    assert POST not in after
    assert [answer.status_code for answer in (elsewhere, *answers)] == [303, 303, 303]
    assert (event.subject, event.data.partner) == (asked.subject, "grigny")


async def test_no_desk_opens_without_its_seal(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        other = DESK.replace("grigny", "lyon")
        answers = [await door.http.get(path) for path in (other, DESK[:-1] + "x")]
        answers.append(await door.http.post(other, data={"channel": "desk", "text": "Où ?"}))
    assert [answer.status_code for answer in answers] == [404] * 3


async def test_a_desk_opens_at_its_latest_address_and_not_while_suspended(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        begin = door.running.chassis.begin
        async with begin() as unit:
            await partner_access.change_desk(unit.db, "grigny")
        latest = f"/desk/grigny/{desk_seal(KEYS[0], 'grigny', 1)}"
        changed = [await door.http.get(DESK), await door.http.get(latest)]
        async with begin() as unit:
            await partner_access.suspend(unit.db, "grigny", unit.now)
        shut = await door.http.post(latest, data={"channel": "desk", "text": "Où ?"})
        assert await door.announced(QuestionReceived) == []
    assert [page.status_code for page in (*changed, shut)] == [404, 200, 404]
