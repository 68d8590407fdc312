"""A library joins: nothing before its address is proven, asked of the router once, let in then."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from services.chassis.messaging.incoming import IncomingMessage
from services.contracts import topology
from services.contracts.coordinator import RequestDone, RequestRefused
from services.contracts.envelope import Event
from services.contracts.links.signed_links import sign_in_token
from services.workspace.domain.roles import Member
from tests.integration.workspace import facts as made
from tests.integration.workspace.stage import KEY, Stage, stage
from tests.support.servers import Database

WRITTEN = {
    "library": "Médiathèque de Vaulx-en-Velin",
    "name": "Inès Vaumont",
    "mail": "ines@vaulx.example",
    "territories": "69",
    "theme": "histoire",
    "capacity_per_week": "5",
    "way": "mail",
    "words": "Nous avons <b>un fonds</b> sur la soie.",
}
QUESTIONS = "questions@vaulx.example"
PARTNER = "mediatheque-de-vaulx-en-velin"


async def announced(on: Stage) -> list[dict[str, Any]]:
    """Words to the notifier, in order."""
    rows = await on.on.pool.fetch(
        "SELECT body FROM outbox WHERE routing_key IN ('applicant.told', 'sign_in.requested') ORDER BY id"
    )
    return [orjson.loads(row["body"]) for row in rows]


async def applied(on: Stage, **fields: str) -> tuple[httpx.AsyncClient, UUID]:
    """The applicant's browser, and the application's id."""
    browser = await on.browser()
    page = await browser.post("/join?lang=en", data=WRITTEN | fields)
    assert "An e-mail is on its way" in page.text, page.text
    return browser, UUID((await announced(on))[-1]["subject"])


async def proven(on: Stage, **fields: str) -> UUID:
    browser, id_ = await applied(on, **fields)
    page = await browser.post(f"/join/{sign_in_token(KEY, id_)}")
    assert page.status_code == 200
    return id_


def receipt(fact: RequestDone | RequestRefused) -> IncomingMessage:
    event = Event(
        id=str(uuid4()),
        source="/sesame/router",
        type=fact.wire,
        subject=UUID(int=0),
        time=made.MOMENT,
        data=fact,
    )
    key = topology.coordinator_key(type(fact))
    return IncomingMessage(topology.PARTNERS, key, "application/cloudevents+json", event.id, event.encode())


async def test_an_application_waits_once_its_address_is_proven_and_every_coordinator_hears(
    database: Database,
) -> None:
    async with stage(database) as on:
        claire = await on.someone("Claire Dumas", Member("coordinator"))
        browser, id_ = await applied(on)
        assert "Vaulx" not in (await claire.see("/applications")).text
        assert (await claire.see(f"/applications/{id_}")).status_code == 404
        link = f"/join/{sign_in_token(KEY, id_)}"
        assert "Vaulx" not in (await browser.get(link)).text
        assert [(await browser.post(link)).status_code for _ in range(2)] == [200, 410]
        told = await announced(on)
        assert [(one["data"]["kind"], one["data"]["mail"]) for one in told] == [
            ("joining", "ines@vaulx.example"),
            ("applied", "claire.dumas@libraries.example"),
        ]
        page = (await claire.see(f"/applications/{id_}")).text
    assert "&lt;b&gt;un fonds" in page
    assert f'value="{PARTNER}"' in page


async def test_an_admitted_library_has_its_lead_invited_once_the_router_has_it(database: Database) -> None:
    async with stage(database) as on:
        claire = await on.someone("Claire Dumas", Member("coordinator"))
        id_ = await proven(on)
        form = {
            "form": "a",
            "id": PARTNER,
            "name": "Médiathèque de Vaulx",
            "address": "questions@vaulx.example",
        }
        for _ in range(2):
            await claire.post(f"/applications/{id_}/admit", territories="69 01", languages="fr ar", **form)
        [asked] = await on.requests()
        assert asked["key"] == "coordinator.partner_admit.requested.v1"
        assert asked["data"]["fields"] == {
            "name": "Médiathèque de Vaulx",
            "territories": ["01", "69"],
            "languages": ["ar", "fr"],
            "reach": {"way": "mail", "address": "questions@vaulx.example"},
        }
        assert [one["type"] for one in await announced(on)][-1] == "applicant.told.v1"
        done = RequestDone(request_id=asked["id"], request_type=asked["type"])
        await on.tell([receipt(done), receipt(done)])
        invited = [one for one in await announced(on) if one["type"] == "sign_in.requested.v1"]
        assert [(one["data"]["mail"], one["data"]["invited_by"]) for one in invited] == [
            ("ines@vaulx.example", "Claire Dumas")
        ]
        row = await on.on.pool.fetchrow("SELECT role, partner FROM membership WHERE role = 'lead'")
    assert row is not None
    assert tuple(row) == ("lead", PARTNER)


async def test_what_the_router_refuses_waits_again_with_the_reason(database: Database) -> None:
    async with stage(database) as on:
        claire = await on.someone("Claire Dumas", Member("coordinator"))
        id_ = await proven(on)
        form = {"form": "a", "id": PARTNER, "name": "Vaulx", "address": "questions@vaulx.example"}
        await claire.post(f"/applications/{id_}/admit", **form)
        [asked] = await on.requests()
        said = RequestRefused(
            request_id=asked["id"],
            request_type=asked["type"],
            code="faulty_field",
            reason="territory",
            field="territories",
            value="Rhône",
        )
        await on.tell([receipt(said)])
        page = (await claire.see(f"/applications/{id_}")).text
    assert "attend une réponse" in page
    assert "Rhône" in page


async def test_a_refusal_needs_a_reason_which_the_applicant_reads_once(database: Database) -> None:
    async with stage(database) as on:
        claire = await on.someone("Claire Dumas", Member("coordinator"))
        id_ = await proven(on)
        assert (await claire.post(f"/applications/{id_}/refuse", reason=" ")).status_code == 422
        for _ in range(2):
            await claire.post(f"/applications/{id_}/refuse", reason="Deux bibliothèques servent cette ville.")
        told = [one["data"] for one in await announced(on) if one["data"]["kind"] == "not_joined"]
    assert [(one["mail"], one["reason"]) for one in told] == [
        ("ines@vaulx.example", "Deux bibliothèques servent cette ville.")
    ]


async def test_one_with_a_program_is_let_in_once_it_stands_in_the_directory(database: Database) -> None:
    async with stage(database) as on:
        claire = await on.someone("Claire Dumas", Member("coordinator"))
        id_ = await proven(on, way="program")
        assert f"operator partners add {PARTNER}" in (await claire.see(f"/applications/{id_}")).text
        await on.tell([made.listed(PARTNER, changed_at=on.clock.now())])
        await claire.post(f"/applications/{id_}/admit", form="a", id=PARTNER)
        assert await on.requests() == []
        assert (await announced(on))[-1]["type"] == "sign_in.requested.v1"


@pytest.mark.parametrize("came", ["before", "with people"])
async def test_who_takes_the_name_of_a_library_of_the_network_is_never_let_in_as_its_lead(
    database: Database, came: str
) -> None:
    async with stage(database) as on:
        claire = await on.someone("Claire Dumas", Member("coordinator"))
        id_ = await proven(on, way="program")
        if came == "with people":
            await on.someone("Amel Benali", Member("respondent", PARTNER))
        moment = made.MOMENT if came == "before" else on.clock.now()
        await on.tell([made.listed(PARTNER, changed_at=moment)])
        assert "Faire entrer" not in (await claire.see(f"/applications/{id_}")).text
        await claire.post(f"/applications/{id_}/admit", form="a", id=PARTNER)
        assert "sign_in.requested.v1" not in [one["type"] for one in await announced(on)]
        leads = await on.on.pool.fetchval("SELECT count(*) FROM membership WHERE role = 'lead'")
    assert leads == 0


@pytest.mark.parametrize(
    ("field", "typed", "status"),
    [
        ("library", "Vaulx\nrm -rf ~", 200),
        ("library", "Vaulx\x03\x1b]0;\x07", 200),
        ("name", "In\u0085es\r\nVaumont", 200),
        ("mail", "ines@vaulx@x.example", 422),
        ("mail", "@vaulx.example", 422),
    ],
)
async def test_what_no_line_holds_is_no_fault_of_ours_and_comes_to_no_terminal(
    database: Database, field: str, typed: str, status: int
) -> None:
    async with stage(database) as on:
        browser = await on.browser()
        page = await browser.post("/join", data=WRITTEN | {field: typed})
        assert page.status_code == status
        told = "".join(str(one["data"]) for one in await announced(on))
        kept = await on.on.pool.fetch("SELECT library || name AS said FROM application")
    assert [sign for sign in "".join(row["said"] for row in kept) if not sign.isprintable()] == []
    assert "\\n" not in told


async def test_halves_of_letters_in_a_form_are_left_out(database: Database) -> None:
    async with stage(database) as on:
        browser = await on.browser()
        fields = {"library": "Vaulx+2AA-", "name": "Ines", "mail": "ines@vaulx.example", "way": "mail"}
        fields["words"] = "La soie+2AA-"
        parts = "".join(
            f'--x\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{said}\r\n'
            for name, said in fields.items()
        )
        page = await browser.post(
            "/join",
            content=f"{parts}--x--\r\n".encode(),
            headers={"content-type": "multipart/form-data; boundary=x; charset=utf-7"},
        )
        assert page.status_code == 200
        said = await on.on.pool.fetchval("SELECT library || ' ' || words FROM application")
    assert said == "Vaulx La soie"


async def test_every_fault_is_told_and_what_was_typed_stays(database: Database) -> None:
    async with stage(database) as on:
        browser = await on.browser()
        wrong = WRITTEN | {"mail": "ines", "capacity_per_week": "viele", "library": ""}
        page = await browser.post("/join?lang=en", data=wrong)
        assert page.status_code == 422
        for said in ("name of the library", "mail address", "as a number", 'value="viele"', "un fonds"):
            assert said in page.text
        assert await announced(on) == []


async def test_too_many_applications_of_one_network_wait(database: Database) -> None:
    async with stage(database) as on:
        browser = await on.browser()
        codes = [
            (await browser.post("/join", data=WRITTEN | {"mail": f"a{n}@b.example"})).status_code
            for n in range(8)
        ]
    assert codes[0] == 200
    assert codes[-1] == 429


async def test_one_mailbox_is_one_however_it_is_tagged(database: Database) -> None:
    async with stage(database) as on:
        browser = await on.browser()
        tried = [
            (await browser.post("/join", data=WRITTEN | {"mail": f"Ines+{number}@Vaulx.example"})).status_code
            for number in range(4)
        ]
    assert tried == [200, 200, 200, 429]


async def test_a_form_of_another_site_is_nothing(database: Database) -> None:
    async with stage(database) as on:
        browser = await on.browser()
        page = await browser.post("/join", data=WRITTEN, headers={"sec-fetch-site": "cross-site"})
        assert page.status_code == 403
        assert await announced(on) == []
