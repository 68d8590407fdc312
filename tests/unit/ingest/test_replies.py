"""What a respondent says in a reply: an answer with its sources, a refusal, or that they are on it."""

import pytest

from services.ingest.domain.replies import Reply, ReplyKind, partner_named, read_reply


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        ("REFUS", ""),
        ("Refus.", ""),
        ("Bonjour,\n\nRefus : le fonds est en travaux.\n", "le fonds est en travaux."),
        ("DECLINE\nOur stacks are closed.", "Our stacks are closed."),
        ("Nous passons la main\n\nMarie", "Marie"),
        ("Decline – not our subject", "not our subject"),
    ],
)
def test_a_refusal_is_a_word_at_the_beginning(mail: str, reason: str) -> None:
    assert read_reply(mail) == Reply(ReplyKind.DECLINE, reason)


@pytest.mark.parametrize(
    "answer",
    [
        "Refus de visa : les recours se font devant la commission.",
        "Le refus est possible.\nREFUS",
        "Decline in population began in 1851.",
        "En cours de droit, on l'apprend ainsi.",
        "En cours\n\n" + "Voici déjà le début de la réponse, le reste suivra. " * 5,
        "Non.",
    ],
)
def test_an_answer_that_speaks_of_refusals_stays_an_answer(answer: str) -> None:
    assert read_reply(answer) == Reply(ReplyKind.ANSWER, answer.strip())


def test_who_else_could_answer_is_named_in_a_refusal() -> None:
    reply = read_reply("Refus\nNos fonds s'arrêtent à 1900.\nVers : Médiathèque de Grigny.")
    assert (reply.deed, reply.refer_to) == (ReplyKind.DECLINE, "Médiathèque de Grigny.")


def test_a_partner_is_known_by_id_or_name() -> None:
    partners = {"grigny": "Médiathèque de Grigny", "lyon": "Lyon", "lyon-2": "lyon"}
    assert partner_named("mediatheque de  GRIGNY.", partners) == "grigny"
    assert partner_named("grigny", partners) == "grigny"
    assert [partner_named(wish, partners) for wish in ("Lyon", "Paris", "…")] == [None, None, None]


@pytest.mark.parametrize("mail", ["EN COURS", "Bonjour,\nNous nous en occupons.\n\nMarie", "On it!"])
def test_who_is_on_it_says_so(mail: str) -> None:
    assert read_reply(mail) == Reply(ReplyKind.TAKE, "")


def test_sources_and_effort_at_the_end_are_read() -> None:
    mail = (
        "Au bord du Rhône.\n\nSources :\n- Archives du Rhône, cadastre de 1824,\n  section B\n"
        "- https://gallica.example/moulin\n\nREAD : 4\n\nCordialement,\nMarie"
    )
    sources = ("Archives du Rhône, cadastre de 1824, section B", "https://gallica.example/moulin")
    text = "Au bord du Rhône.\n\nCordialement,\nMarie"
    assert read_reply(mail) == Reply(ReplyKind.ANSWER, text, sources, 4)


@pytest.mark.parametrize(
    ("mail", "sources"),
    [
        ("Là.\n\nSource : 3 P 69\n\nMarie", ("3 P 69",)),
        ("There.\n\n*References*\n\n1. Map of 1824\n2. Map of 1850", ("Map of 1824", "Map of 1850")),
        ("Là.\n\nSources:\nPlan de 1824\nPlan de 1850", ("Plan de 1824", "Plan de 1850")),
        ("Sources :\n- rien d'autre que cette liste", ()),
        ("Les sources du Rhône sont en Suisse.", ()),
        ("Sources :\n" + "x" * 600, ()),
    ],
)
def test_sources_are_a_list_under_their_name(mail: str, sources: tuple[str, ...]) -> None:
    reply = read_reply(mail)
    assert reply.sources == sources
    assert bool(sources) != (reply.text == mail)
