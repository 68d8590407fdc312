"""A file is sent to each reader under an address that opens for that reader alone."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from services.contracts.links.file_links import file_keys, party_of
from services.contracts.links.signed_links import ASKER, party_digest
from services.notifier.domain.delivery import Sent
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.sending.senders.file_links import WithFileLinks
from tests.support.notifier_outgoing import answered, outgoing

FILE = UUID("01935c2e-7a00-7000-8000-0000000000ff")
KEYS = file_keys([b"a key of sixteen letters"])
NAMED = ({"name": "rue.png", "url": f"https://sesame.example/files/{FILE}"},)


class Kept:
    def __init__(self) -> None:
        self.sent: list[DeliveryAttempt] = []

    async def send(self, delivery: DeliveryAttempt) -> Sent:
        self.sent.append(delivery)
        return Sent()


def with_files(one: DeliveryAttempt) -> DeliveryAttempt:
    answer = one.answer and replace(one.answer, attachments=NAMED)
    return replace(one, question=replace(one.question, attachments=NAMED), answer=answer)


@pytest.mark.parametrize(
    ("delivery", "party"),
    [
        (outgoing("mail", "bpi@library.example"), "bpi"),
        (outgoing("queue", "bpi"), "bpi"),
        (outgoing("mail", "ada@mail.example", "answer", assignment=None, answer=answered()), ASKER),
        (outgoing("page", "", "answer", assignment=None, answer=answered()), ASKER),
        (
            outgoing(
                "webhook",
                "https://nantes.example",
                "answer",
                assignment=None,
                answer=answered(),
                details={"partner": "nantes"},
            ),
            "nantes",
        ),
    ],
)
async def test_each_reader_gets_an_address_of_their_own(delivery: DeliveryAttempt, party: str) -> None:
    kept = Kept()
    await WithFileLinks(kept, KEYS).send(with_files(delivery))
    [sent] = kept.sent
    shown = [*sent.question.attachments, *(sent.answer.attachments if sent.answer else ())]
    tokens = {str(file["url"]).removeprefix(f"{NAMED[0]['url']}/") for file in shown}
    assert {party_of(KEYS, FILE, token) for token in tokens} == {party_digest(party)}


async def test_an_old_key_still_opens_and_another_opens_nothing() -> None:
    kept = Kept()
    await WithFileLinks(kept, KEYS).send(with_files(outgoing("queue", "bpi")))
    token = str(kept.sent[0].question.attachments[0]["url"]).rpartition("/")[2]
    newer = file_keys([b"the next key, just made"])
    assert party_of((*newer, *KEYS), FILE, token) == party_digest("bpi")
    assert party_of(newer, FILE, token) is None
    assert party_of(KEYS, UUID(int=FILE.int + 1), token) is None
