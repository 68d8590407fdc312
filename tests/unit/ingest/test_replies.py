"""What a respondent says in a reply: an answer with its sources, a refusal, or that they are on it."""

import pytest

from services.ingest.domain.replies.reading import Reply, ReplyKind, partner_named, read_reply


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        ("REFUS", ""),
        ("Refus.", ""),
        ("Bonjour,\n\nREFUS\n\nMarie", ""),
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
        "Bonjour,\n\nOn it\n\nest le titre exact de la chanson, paru en 1967.",
        "Désolé du retard : nous avons cherché longtemps. La cote est 4 T 18.",
        "Nous ne pouvons pas dater la carte, mais elle est cotée 7 Fi 31.",
        "Non.",
    ],
)
def test_an_answer_that_speaks_of_refusals_stays_an_answer(answer: str) -> None:
    assert read_reply(answer) == Reply(ReplyKind.ANSWER, answer.strip())


def test_who_else_could_answer_is_named_in_a_refusal() -> None:
    reply = read_reply("Refus\nNos fonds s'arrêtent à 1900.\nVers : Médiathèque de Grigny.")
    assert (reply.kind, reply.refer_to) == (ReplyKind.DECLINE, "Médiathèque de Grigny.")


def test_a_partner_is_known_by_id_or_name() -> None:
    partners = {"grigny": "Médiathèque de Grigny", "lyon": "Lyon", "lyon-2": "lyon"}
    assert partner_named("mediatheque de  GRIGNY.", partners) == "grigny"
    assert partner_named("grigny", partners) == "grigny"
    assert [partner_named(wish, partners) for wish in ("Lyon", "Paris", "…")] == [None, None, None]


@pytest.mark.parametrize("mail", ["EN COURS", "Bonjour,\nNous nous en occupons.\n\nMarie", "On it!"])
def test_who_is_on_it_says_so(mail: str) -> None:
    assert read_reply(mail) == Reply(ReplyKind.TAKE, "")


SIGNATURE = (
    "\n\nCordialement,\n\nHenriette Vaumont\nResponsable du fonds local\nMédiathèque de Brumal\n"
    "Avant d'imprimer ce courriel, pensez à l'environnement. Ce message est confidentiel."
)


@pytest.mark.parametrize(
    "signature", [SIGNATURE, "\nMarie Dupont\nMédiathèque de Brumal", "\n\n-- \nMarie", "\n\nMerci !"]
)
def test_a_signature_of_any_length_may_follow_a_command(signature: str) -> None:
    assert read_reply(f"EN COURS{signature}") == Reply(ReplyKind.TAKE, "")


@pytest.mark.parametrize(
    ("mail", "subject", "why"),
    [
        ("En cours\n\nVoici déjà le début de la réponse, le reste suivra.", "", "command"),
        ("EN COURS\nVoyez la cote 4 T 18.", "", "command"),
        ("REFUS de notre part", "", "command"),
        ("EN COURS : réponse demain", "", "command"),
        ("Bonjour,\nRefus : le fonds est en travaux.", "", "command"),
        ("Bonjour,\nNous ne pourrons pas traiter cette demande.", "", "refusal"),
        ("Désolés, ce sujet n'est pas le nôtre.", "", "refusal"),
        ("Merci de solliciter un autre établissement.", "", "refusal"),
        ("We are not able to take this one, sorry.", "", "refusal"),
        ("Wir können diese Anfrage leider nicht bearbeiten.", "", "refusal"),
        ("Votre demande est enregistrée sous la référence REQ-20931.", "", "receipt"),
        ("Votre demande a bien été enregistrée sous le numéro 4711", "", "receipt"),
        ("Bonjour,\n\nNous avons bien reçu votre message.", "", "receipt"),
        ("Your request has been received.", "", "receipt"),
        ("Un agent vous répondra.", "[GLPI #0004711] Question 7a3f", "receipt"),
        ("Je suis en congés jusqu'au 11 décembre.", "", "absence"),
        ("I am away until Monday and will reply on my return.", "", "absence"),
        ("Appelez l'accueil.", "Congés jusqu'au 11 décembre", "absence"),
        ("Call the desk.", "Annual leave", "absence"),
    ],
)
def test_what_may_be_no_answer_is_held_for_its_library(mail: str, subject: str, why: str) -> None:
    assert read_reply(mail, subject) == Reply(ReplyKind.ANSWER, mail.strip(), held=why)


@pytest.mark.parametrize("subject", ["Re: Question 1f2e3d4c : congés payés en 1936", "Re: Un moulin"])
def test_the_subject_of_our_own_mail_is_no_sign_of_an_absence(subject: str) -> None:
    assert read_reply("Ils datent de 1936.", subject).held == ""


def test_who_is_on_leave_and_answers_all_the_same_is_not_held() -> None:
    mail = "Je suis en congés, mais voici.\n\n" + "Le moulin est cité au terrier de 1746, cote DD 9. " * 12
    assert read_reply(mail).held == ""


@pytest.mark.parametrize(
    "prose",
    [
        "Sources :\nNous avons lu deux monographies, et c'est dans la seconde que\nla date est donnée.",
        "Là.\n\nSources :\nNous avons lu deux monographies.",
        "Là.\n\nRéférences :\nLe cadastre de 1824 donne deux moulins, dont\nl'un a brûlé.",
    ],
)
def test_prose_under_sources_stays_prose(prose: str) -> None:
    assert read_reply(prose) == Reply(ReplyKind.ANSWER, prose)


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


@pytest.mark.parametrize(
    "mail",
    [
        *(
            "QUESTION",
            "QUESTION :",
            "Bonjour,\n\nQUESTION\n\nMarie Dupont",
            "QUESTION\n\nCordialement,\nMarie",
        ),
        *("QUESTION Quelle année ?", "question", "Question :\nQuelle année cherchez-vous ?"),
        *("CORRECTION", "RECTIFICATION\n\n-- \nMarie", "QUESTION : qui ?\nRéponse : Zola."),
        *("spam", "SPAM\nCe message est de la publicité.", "SPAM : publicité", "Vers : lyon\n\nMarie Dupont"),
    ],
)
def test_a_command_word_without_what_belongs_to_it_is_held(mail: str) -> None:
    assert read_reply(mail) == Reply(ReplyKind.ANSWER, mail.strip(), held="command")


@pytest.mark.parametrize(
    ("mail", "kind", "text"),
    [
        ("QUESTION\nQuelle année ?", ReplyKind.ASK_BACK, "Quelle année ?"),
        ("Bonjour,\n\nQUESTION : quelle année ?\n\nMarie", ReplyKind.ASK_BACK, "quelle année ?\n\nMarie"),
        ("**QUESTION**\n\nQuelle année ?", ReplyKind.ASK_BACK, "Quelle année ?"),
        ("CORRECTION – c'était en 1912.", ReplyKind.CORRECT, "c'était en 1912."),
        ("Bonjour,\nSPAM\n\nMarie Dupont", ReplyKind.SPAM, ""),
    ],
)
def test_a_word_with_its_text_is_what_it_says(mail: str, kind: ReplyKind, text: str) -> None:
    assert read_reply(mail) == Reply(kind, text)


@pytest.mark.parametrize(
    ("mail", "why"),
    [
        *[
            (mail, "receipt")
            for mail in ("OK", "Merci !", "Bien reçu, merci beaucoup.", "👍", "Noted, thanks")
        ],
        ("Bonjour,\n\nBien noté\n\nCordialement,\nMarie Dupont", "receipt"),
        ("Je transfère votre question à ma collègue du fonds local.", "receipt"),
        ("Nous cherchons et revenons vers vous.", "receipt"),
        ("Marie Dupont a réagi via Gmail", "receipt"),
        ("Vous vous êtes trompés de destinataire.", "refusal"),
        ("Cordialement,\nMarie Dupont\nMédiathèque de Brumal", "empty"),
        *[(mail, "empty") for mail in ("-- \nMarie", "…".replace("…", "..."), "?")],
        ("Pouvez-vous préciser la commune ?\n\nCordialement,\nMarie", "asks"),
        ("Merci pour votre question. De quelle année parlez-vous ?", "asks"),
    ],
)
def test_a_few_words_that_are_no_answer_are_held(mail: str, why: str) -> None:
    assert read_reply(mail).held == why


@pytest.mark.parametrize(
    "answer",
    [
        *(
            "Oui.",
            "1912",
            "Vers 1890 ?",
            "Émile Zola",
            "Marie Dupont\nPaul Sorbe",
            "Voyez la cote 4 T 18, merci.",
        ),
        *("Question : qui ?\nRéponse : Zola.", "Question intéressante ! Le moulin date de 1811."),
        *("Correction : il s'agit de 1912.", "Merci pour votre question. Le moulin date de 1811."),
        *(
            "To: read “The Mill on the Floss”.",
            "Vers le lavoir : à Grigny.",
            "Qui l'a bâti ? Jean Sorbe, en 1811.",
        ),
    ],
)
def test_a_few_words_that_answer_go_out(answer: str) -> None:
    assert read_reply(answer) == Reply(ReplyKind.ANSWER, answer)


@pytest.mark.parametrize("mail", ["READ : 3", "READ : 3\n\nCordialement,\nMarie"])
def test_an_effort_alone_is_no_answer(mail: str) -> None:
    reply = read_reply(mail)
    assert (reply.held, reply.effort) == ("empty", 3)


IN_FREE_WORDS = {
    "refusal": (
        *("Cette demande dépasse nos compétences.", "Nous n'avons rien dans nos collections à ce sujet."),
        *("Merci de transférer à la BnF.", "Ce n'est pas pour nous.", "À transférer à Lyon", "Hors sujet."),
        *("Cette question serait mieux traitée par les Archives.", "Nous déclinons cette question."),
        *("We do not have the resources to answer this.", "Sorry, we can't.", "Das ist nicht unser Thema."),
        *("Impossible de répondre à cette question faute de temps.", "Nous préférons laisser la main."),
    ),
    "on_it": (
        *("Je m'en charge", "Nous nous en chargeons.", "OK je prends", "On s'en occupe", "Réponse à venir."),
        *("Bonjour, je m'en occupe", "Je regarde ça demain", "I'll take this one", "We'll look into it."),
        *(
            "en cours de traitement",
            "Bonjour,\n\nBien reçu, je vous réponds dans la semaine.\n\nCordialement",
        ),
    ),
    "absence": (
        *("Désolé, nous sommes fermés jusqu'à lundi.", "Je serai de retour le 5 janvier."),
        *("La bibliothèque est fermée du 24 décembre au 2 janvier.", "Je ne travaille pas le mercredi."),
        *("En mon absence, merci de contacter accueil@bib.example", "Bonjour, je suis en arrêt maladie."),
    ),
    "receipt": ("Ceci est un message automatique, merci de ne pas y répondre.", "Ticket #4521 créé"),
}


@pytest.mark.parametrize(
    ("written", "why"), [(written, why) for why, many in IN_FREE_WORDS.items() for written in many]
)
def test_what_speaks_of_the_request_and_not_of_its_matter_is_held(written: str, why: str) -> None:
    assert read_reply(written).held == why


@pytest.mark.parametrize(
    "answer",
    [
        *("Bonjour, c'est en 1912.", "Bonjour, le moulin est à Grigny.\n\nCordialement,\nMarie"),
        *("Monsieur Dupont est l'auteur\n\nCordialement", "La bibliothèque fut fermée de 1914 à 1918."),
        *("Elle fut absente de la scène de 1890 à 1893.", "Le transport était pris en charge par la ville."),
        *("Rien dans nos fonds avant 1850, mais le cadastre le montre.", "On prend la route de Grigny."),
        *(
            "Pas à notre connaissance.",
            "Transmis par héritage à sa fille.",
            "Où ? À Grigny. Quand ? En 1811.",
        ),
        *("Le texte exact est : « Que cherchez-vous ? »", "Merci à vous ! La réponse est Zola."),
        *("Vous trouverez la réponse dans le dictionnaire de Maurel.", "Cher ami, écrivait Hugo."),
    ],
)
def test_a_short_answer_is_one(answer: str) -> None:
    assert read_reply(answer).held == ""


@pytest.mark.parametrize(
    "written",
    [
        "**REFUS**",
        "*REFUS*",
        "> REFUS",
        "\uff32\uff25\uff26\uff35\uff33",
        "RE\u200bFUS",
        "\u2066REFUS\u2069",
        "« REFUS »",
        "_Refus_.",
    ],
)
def test_a_command_is_one_whatever_it_is_written_with(written: str) -> None:
    assert read_reply(written) == Reply(ReplyKind.DECLINE, "")


@pytest.mark.parametrize("times", [10, 40, 120])
def test_a_reason_on_one_line_keeps_all_its_words_however_long(times: int) -> None:
    reason = " ".join(["nous n’avons pas ce fonds ½."] * times)
    reply = read_reply(f"**REFUS** : {reason}")
    assert reason in reply.text
    assert (reply.kind is ReplyKind.DECLINE) != bool(reply.held)


@pytest.mark.parametrize(
    "written",
    ["*Question :* le moulin est de 1893.", "**Refus de visa** : voir le code.", "# Rare\nEn 1893."],
)
def test_marks_of_an_answer_stay(written: str) -> None:
    assert read_reply(written) == Reply(ReplyKind.ANSWER, written)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("Demande n° 2026-114 enregistrée", "receipt"),
        ("Cette adresse n'est plus utilisée, écrivez à accueil@bm.example", "receipt"),
        ("Wir haben Ihre Anfrage an die Fachabteilung weitergeleitet.", "receipt"),
        ("Estoy fuera de la oficina hasta el lunes.", "absence"),
        ("Jag är på semester", "absence"),
        ("Désolée, nous n'avons rien là-dessus.", "refusal"),
        ("Je ne sais pas.", "refusal"),
        ("Votre demande a bien ete enregistree sous le numero 4711", "receipt"),
        ("VOTRE DEMANDE A BIEN ETE ENREGISTREE", "receipt"),
        ("Accuse de reception", "receipt"),
        ("[GLPI #0004711] Nouveau ticket : Question", "receipt"),
        ("We hebben uw bericht ontvangen.", "receipt"),
        ("Wir haben Ihre Nachricht erhalten.", "receipt"),
        ("Abbiamo ricevuto la sua richiesta", "receipt"),
        ("Hemos recibido su mensaje.", "receipt"),
        ("تم استلام رسالتك", "receipt"),
        ("Je suis en conges jusqu'au 5 janvier", "absence"),
        ("Étant en congé, je ne répondrai pas avant lundi.", "absence"),
        ("Nous ne sommes pas competents", "refusal"),
        ("Desolee, nous n'avons rien la-dessus", "refusal"),
        ("Reponse a venir", "on_it"),
    ],
)
def test_what_answers_nothing_is_held(written: str, why: str) -> None:
    assert read_reply(written).held == why


@pytest.mark.parametrize(
    "written", ["La lettre a été reçue le 4 mai 1911.", "Reçue en 1890 à l'Académie, elle publie en 1893."]
)
def test_an_answer_that_uses_such_words_is_one(written: str) -> None:
    assert read_reply(written).held == ""
