"""The HTTP API for partners: keys, answers, declines, what is assigned."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from uuid import UUID, uuid4

from services.contracts.ingest import AnswerReceived, QuestionDeclined, QuestionReceived, QuestionTaken
from services.contracts.router import IntakeChanged
from services.ingest.store.access import partner_access, partner_keys
from tests.support.ingest_doors import Ingest, answered_by, hears, ingest, routed_to
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

ASKED = {"text": "Où était le moulin ?", "private_note": "Pour un exposé."}
ANSWER = {"text": "À Grigny.", "sources": ["G 12"], "effort": 2}


async def bearer(door: Ingest, partner: str) -> Mapping[str, str]:
    key = f"a key of {partner}"
    async with door.running.chassis.begin() as unit:
        await partner_keys.add(unit.db, key, partner, "", unit.now)
    return {"authorization": f"Bearer {key}"}


async def asked(door: Ingest, *partners: str) -> UUID:
    question = UUID((await door.http.post("/api/v1/questions", json=ASKED)).json()["id"])
    await hears(door, question, *map(routed_to, partners))
    return question


async def listed(door: Ingest, key: Mapping[str, str], count: int) -> list[str]:
    """The questions of all assignments, once there are so many: what is written in this server, be it in
    another database, is waited for, so that no later assignment comes before one that was shown."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            page = (await door.http.get("/api/v1/assignments", headers=key)).json()
            if len(page["items"]) >= count:
                return [item["question"] for item in page["items"]]
            await asyncio.sleep(0.02)


async def test_a_partners_key_makes_it_the_place_where_it_was_asked(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        key = await bearer(door, "grigny")
        await door.http.post("/api/v1/questions", json=ASKED, headers=key)
        wrong = await door.http.post(
            "/api/v1/questions", json=ASKED, headers={"authorization": "Bearer made up"}
        )
        other = await door.http.post("/api/v1/questions", json=ASKED, auth=("grigny", "made up"))
        (event,) = await door.announced(QuestionReceived)
    assert event.data.facets.origin == "grigny"
    for refused in (wrong, other):
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert "Authorization: Bearer" in other.json()["detail"]


async def test_a_suspended_partners_key_opens_nothing(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        key = await bearer(door, "grigny")
        path = f"/api/v1/questions/{await asked(door, 'grigny')}/answers"
        async with door.running.chassis.begin() as unit:
            await partner_access.suspend(unit.db, "grigny", unit.now)
        shut = [
            await door.http.post(path, json=ANSWER, headers=key),
            await door.http.post("/api/v1/questions", json=ASKED, headers=key),
            await door.http.get("/api/v1/assignments", headers=key),
        ]
    assert [answer.status_code for answer in shut] == [401] * 3
    assert "suspended" in shut[0].json()["detail"]


async def test_a_partner_answers_takes_and_declines_what_it_was_asked(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        key = await bearer(door, "grigny")
        path = f"/api/v1/questions/{await asked(door, 'grigny')}"
        once = {**key, "idempotency-key": "1"}
        answers = [await door.http.post(f"{path}/answers", json=ANSWER, headers=once) for _ in range(2)]
        taken = await door.http.post(f"{path}/takes", headers=key)
        declined = await door.http.post(f"{path}/declines", json={"refer_to": "lyon"}, headers=key)
        (submitted,) = await door.announced(AnswerReceived)
        assert len(await door.announced(QuestionTaken)) == 1
        assert (await door.announced(QuestionDeclined))[0].data.refer_to == "lyon"
    assert [answer.status_code for answer in (*answers, taken, declined)] == [202] * 4
    assert [answer.json()["again"] for answer in answers] == [False, True]
    assert (submitted.data.partner, submitted.data.way) == ("grigny", "api")


async def test_nobody_answers_what_it_was_not_asked_or_what_is_over(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        lyon, grigny = await bearer(door, "lyon"), await bearer(door, "grigny")
        question = await asked(door, "grigny")
        path = f"/api/v1/questions/{question}/answers"
        strangers = [
            await door.http.post(path, json=ANSWER),
            await door.http.post(path, json=ANSWER, headers=lyon),
            await door.http.post(f"/api/v1/questions/{uuid4()}/answers", json=ANSWER, headers=grigny),
        ]
        await hears(door, question, answered_by("grigny"))
        late = await door.http.post(path, json=ANSWER, headers=grigny)
        assert await door.announced(AnswerReceived) == []
    assert [answer.status_code for answer in (*strangers, late)] == [401, 404, 404, 409]


async def test_the_cursor_gives_every_assignment_once(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        key = await bearer(door, "grigny")
        questions = [str(await asked(door, "grigny", "lyon")) for _ in range(3)]
        assert await listed(door, key, 3) == questions
        seen, cursor = [], "0-0"
        for _ in range(4):
            answer = await door.http.get(f"/api/v1/assignments?limit=1&after={cursor}", headers=key)
            page = answer.json()
            seen += [item["question"] for item in page["items"]]
            cursor = page["next"]
        wrong = await door.http.get("/api/v1/assignments?after=x", headers=key)
    assert seen == questions
    assert wrong.status_code == 422


async def test_a_cursor_outlives_a_restore_onto_an_empty_machine(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        key = await bearer(door, "grigny")
        before = [str(await asked(door, "grigny")) for _ in range(2)]
        positions = "SELECT position FROM asked WHERE question = $1"
        kept = f"9000000000-{await door.fetchval(positions, UUID(before[0]))}"
        await door.fetchval("UPDATE asked SET written_by = '9000000000'")
    async with ingest(database, vhost) as door:
        later = str(await asked(door, "grigny"))
        everything = await listed(door, key, 3)
        rest = await door.http.get(f"/api/v1/assignments?after={kept}", headers=key)
    assert everything == [*before, later]
    assert [item["question"] for item in rest.json()["items"]] == [before[1], later]


async def test_a_pause_shows_its_notice_at_every_door(database: Database, vhost: VirtualHost) -> None:
    notice = "Nous reprenons lundi."
    async with ingest(database, vhost) as door:
        await hears(door, UUID(int=0), IntakeChanged(paused=True, notice=notice, actor="Rose"))
        form = await door.http.get("/")
        refused = await door.http.post("/api/v1/questions", json=ASKED)
    assert (form.status_code, refused.status_code) == (503, 503)
    assert notice in form.text
    assert refused.json()["detail"] == notice
