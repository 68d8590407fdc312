"""The page where a librarian types in what was asked elsewhere."""

from services.contracts.ingest import QuestionReceived
from services.ingest.domain.forms import desk_seal
from tests.integration.ingest_doors import KEYS, ingest
from tests.servers import Database, VirtualHost

DESK = f"/desk/grigny/{desk_seal(KEYS[0], 'grigny')}"
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


async def test_no_desk_opens_without_its_seal(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        other = DESK.replace("grigny", "lyon")
        answers = [await door.http.get(path) for path in (other, DESK[:-1] + "x")]
        answers.append(await door.http.post(other, data={"channel": "desk", "text": "Où ?"}))
    assert [answer.status_code for answer in answers] == [404] * 3
