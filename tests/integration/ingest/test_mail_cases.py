"""What becomes of a mail at the door: every case of tests/cases/mail."""

from __future__ import annotations

import asyncio
import json
import smtplib
from pathlib import Path
from typing import Any

from services.contracts.ingest import QuestionReceived
from services.contracts.links.signed_links import partner_token, reply_address
from tests.support.ingest_doors import KEYS, Ingest, hears, ingest, mail, routed_to
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

CASES = Path(__file__).parents[2] / "cases" / "mail"
EXPECTED: dict[str, dict[str, Any]] = json.loads((CASES / "expected.json").read_text())
NETWORK = {"mail_domain": "network.example", "mails_per_sender": 1000, "open_questions": 1000}
TO = ("question@network.example",)
SETTING_NEEDED = {"contact_form_noreply.eml", "contact_form_contact.eml"}


async def outcomes(door: Ingest) -> dict[str, int]:
    counts = await door.fetchval(
        "SELECT json_object_agg(outcome, n) FROM (SELECT outcome, count(*) AS n FROM submission GROUP BY 1) s"
    )
    return dict(json.loads(counts or "{}"))


async def became(door: Ingest, raw: bytes) -> str:
    """The one outcome that there is more of than before; what was known before is none."""
    before = await outcomes(door)
    replies = await door.deliver(raw, TO, "rose@lecteurs.example")
    assert replies[0][0] == 250
    after = await outcomes(door)
    return next((name for name, count in after.items() if count > before.get(name, 0)), "known")


async def test_every_case_becomes_what_a_person_expects(database: Database, vhost: VirtualHost) -> None:
    wrong = []
    async with ingest(database, vhost, **NETWORK) as door:
        for name, case in EXPECTED.items():
            outcome = await became(door, (CASES / name).read_bytes())
            wanted = case["kind"].replace("held", "quarantined").split(" or ")
            if name in SETTING_NEEDED:
                wanted = ["question", "quarantined"]
            if outcome not in wanted:
                wrong.append((name, wanted, outcome))
    assert wrong == []


async def test_a_librarys_contact_form_and_a_public_list_ask_for_people(
    database: Database, vhost: VirtualHost
) -> None:
    named = {"contact_forms": "orme=mediatheque-orme.example", "public_lists": "questions@univ-orme.example"}
    async with ingest(database, vhost, **NETWORK, **named) as door:
        for name in (*sorted(SETTING_NEEDED), "shared_mailbox_by_list.eml"):
            assert await became(door, (CASES / name).read_bytes()) == "question"
        asked = [event.data for event in await door.announced(QuestionReceived)]
    assert [one.asker.mail for one in asked if one.asker] == [
        *("paul@lecteurs.example", "ida@lecteurs.example", "rose.lambert@lecteurs.example"),
    ]
    assert [one.facets.origin for one in asked] == ["orme", "orme", None]


async def test_at_a_reply_address_mass_mail_marks_are_a_persons(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await door.deliver(mail())
        question = (await door.announced(QuestionReceived))[0].subject
        await hears(door, question, routed_to("grigny"))
        address = reply_address("reply@sesame.example", partner_token(KEYS, question, "grigny"))
        marks = {"Precedence": "bulk", "X-Auto-Response-Suppress": "All", "List-Id": "<q.bib.example>"}
        body = "Le moulin se trouvait au bord du Rhône, près de l'église ; voir le cadastre de 1811."
        await door.deliver(mail(body, Message_ID="<2@b>", **marks), [address])
        assert await door.fetchval("SELECT count(*) FROM submission WHERE outcome = 'answer'") == 1


async def test_the_same_mail_twice_is_one_and_another_under_its_id_is_held_once(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        one, other = mail("Où est le pont ?"), mail("Qui a bâti le pont ?")
        for raw in (one, b"Received: from x\n" + one, other, other, one):
            await door.deliver(raw)
        assert await outcomes(door) == {"question": 1, "quarantined": 1}


async def test_a_mail_that_breaks_the_store_is_held(database: Database, vhost: VirtualHost) -> None:
    """NUL and lone surrogates where letters belong: once 451 for ever."""
    odd = (
        b"From: a@b.example\nSubject: q\nMessage-ID: =?utf-7?q?<+2AA-x@y>?=\n\nO\xc3\xb9 ?",
        b"From: a@b.example\nSubject: \x00=?utf-7?q?+2AA-?=\nMessage-ID: <\x00a@b>\n\nO\xc3\xb9 \x00?",
        b"From: a\x00@b.example\nSubject: q\n\nO\xc3\xb9 ?",
        b"\x00\xff\xed\xa0\x80",
    )
    async with ingest(database, vhost) as door:
        replies = [(await door.deliver(raw))[0][0] for raw in odd]
        replies.append(await asyncio.to_thread(from_raw_letters, door.running.lmtp_port))
        assert await outcomes(door) == {"question": 2, "quarantined": 3}
    assert replies == [250] * 5


def from_raw_letters(port: int) -> int:
    """From an address with eight-bit letters and a control character; the last reply's code."""
    with smtplib.LMTP("127.0.0.1", port, timeout=PATIENCE_SECONDS) as lmtp:
        lmtp.command_encoding = "latin-1"
        lmtp.ehlo()
        lmtp.docmd("MAIL FROM:<\u00e9\x01@b.example>")
        lmtp.docmd("RCPT TO:<question@sesame.example>")
        lmtp.docmd("DATA")
        lmtp.send(b"\xff\x00 neither header nor body\r\n.\r\n")
        return lmtp.getreply()[0]


async def test_files_that_libraries_use_arrive_and_what_is_left_out_is_named(
    database: Database, vhost: VirtualHost
) -> None:
    raw = (CASES / "files_libraries_use.eml").read_bytes()
    raw = raw.replace(b"acte.pdf", b"acte.pdf.exe").replace(b'filename="scan.bmp"', b'filename="scan.svg"')
    raw = raw.replace(b"--=_bord--", PROGRAM + b"--=_bord--")
    async with ingest(database, vhost, **NETWORK) as door:
        assert await became(door, raw) == "question"
        (event,) = await door.announced(QuestionReceived)
    assert [one.name for one in event.data.attachments] == [
        *("bibliographie.docx", "releve.ods", "ancien.doc", "fleur.heic", "scan.svg.bmp", "notes.txt"),
        *("acte.pdf.exe.pdf", "entretien.m4a"),
    ]
    assert event.data.text.endswith("files not passed on: jeu.exe")


PROGRAM = b"--=_bord\r\nContent-Type: application/x-msdownload; name=jeu.exe\r\n\r\nMZ\x90\r\n"


async def test_the_answer_can_reach_who_writes_from_a_domain_with_accents(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost, **NETWORK) as door:
        assert await became(door, (CASES / "international_domain.eml").read_bytes()) == "question"
        (event,) = await door.announced(QuestionReceived)
    assert event.data.asker is not None
    assert event.data.asker.mail == "eve@xn--mdiathque-53af.example"
