"""Short answers of librarians, with words that receipts, absences and commands have too: each goes out as it
is."""

from pathlib import Path

import pytest

from services.ingest.domain.replies.reading import Reply, ReplyKind, read_reply

ANSWERS = [
    answer.strip()
    for answer in (Path(__file__).parent / "ordinary_answers.txt").read_text(encoding="utf-8").split("====\n")
]
LONG = "De quel moulin parlez-vous, « le grand » ou « le petit », et de quelle année (à peu près) ? "


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_ordinary_answer_goes_out_as_it_is(answer: str) -> None:
    assert read_reply(answer) == Reply(ReplyKind.ANSWER, answer)


@pytest.mark.parametrize("text", [LONG.strip(), (LONG * 9).strip(), "Le 1ᵉʳ ou le 2 ? (½ page)"])
@pytest.mark.parametrize("command", ["QUESTION : {}", "**QUESTION** : {}", "QUESTION :\n{}"])
def test_what_is_said_behind_a_command_stays_whole(text: str, command: str) -> None:
    assert read_reply(command.format(text)) == Reply(ReplyKind.ASK_BACK, text)


def test_a_long_line_behind_a_refusal_is_not_cut() -> None:
    long = "Refus : non. " * 60
    assert read_reply(long) == Reply(ReplyKind.ANSWER, long.strip(), held="command")


@pytest.mark.parametrize(
    "written",
    [
        "Votre demande a été transmise à notre équipe.",
        "Votre demande d'assistance a bien été créée.",
        "Ihre Nachricht ist bei uns eingegangen. Wir melden uns bald.",
        "We hebben uw vraag ontvangen onder nummer 4711.",
        "Hemos recibido su consulta. Le responderemos en breve.",
        "Wir haben Ihre Anfrage erhalten und bearbeiten sie.",
        "[RT #1234] Bonjour",
        "Votre requête a été dûment enregistrée.",
        "Votre demande du 12 mai 2026 est désormais enregistrée.",
        "La question a bien été reçue.",
        "Ticket n° 4711",
        "Cette adresse n'est plus utilisée : accueil2@bm.example",
        "Uw vraag werd naar de dienst doorgestuurd.",
    ],
)
def test_a_receipt_is_still_one(written: str) -> None:
    assert read_reply(written).held == "receipt"
