"""What the services say among themselves in short English, in the words of who reads the mail.

What is not known here, such as what a person wrote, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.notifier.domain.outgoing import FRENCH

Phrases = Sequence[tuple[str, str]]

WHY_YOU_FRENCH: Phrases = (
    ("asked at this library", "posée chez vous"),
    ("named by a colleague", "une autre bibliothèque vous a désignés"),
    ("postcode", "l'usager est dans une commune que vous desservez"),
    ("department", "l'usager est dans un département que vous desservez"),
    ("region", "l'usager est dans une région que vous desservez"),
    ("country", "l'usager est dans un pays que vous desservez"),
    (r"(\S+) (\d)/(\d)", r"votre force sur le thème « \1 » : \2 sur \3"),
    ("0 open", "aucune question ouverte chez vous"),
    (r"(\d+) open", r"questions ouvertes chez vous : \1"),
    (r"owed .*", "partage entre bibliothèques"),
    (r"open for (\d+)% of the time needed", r"vous êtes ouverts \1 % du temps nécessaire"),
    (r"chosen by ([^:]+)", r"choisis par \1"),
    (r"chosen by ([^:]+): (.*)", r"choisis par \1 : \2"),
)
WHY_YOU_ENGLISH: Phrases = (
    ("asked at this library", "asked at your library"),
    ("named by a colleague", "another library named you"),
    ("postcode", "the asker is in a town you serve"),
    ("department", "the asker is in a département you serve"),
    ("region", "the asker is in a region you serve"),
    ("country", "the asker is in a country you serve"),
    (r"(\S+) (\d)/(\d)", r"your strength in “\1”: \2 of \3"),
    (r"(\d+) open", r"questions open with you: \1"),
    (r"owed .*", "sharing among libraries"),
    (r"open for (\d+)% of the time needed", r"you are open \1% of the time needed"),
)
WHY_NOT_FRENCH: Phrases = (
    ("no partner could be asked", "aucune n'a pu être sollicitée"),
    (r"taken back by (.*)", r"reprise par \1"),
    ("serves another territory", "dessert un autre territoire"),
    ("not among the members", "n'est pas parmi les membres"),
    ("not among the back-ups", "n'est pas parmi les renforts"),
    ("not among the pool", "n'est pas sollicitée"),
    (r"does not answer in (\S+)", r"ne répond pas en « \1 »"),
    ("takes no questions", "ne prend pas de questions"),
    ("has its questions for this week", "a déjà ses questions de la semaine"),
    ("a specialist of other subjects", "spécialiste d'autres thèmes"),
    ("closed until after the promise", "fermée jusqu'après la date promise"),
    ("not open before the promise", "n'ouvre pas avant la date promise"),
    ("declined it", "l'a refusée"),
    ("let it pass", "a laissé passer le délai"),
    ("answered it before", "y a déjà répondu"),
    ("is away", "est absente"),
    ("had it before", "l'a déjà eue"),
)
DELIVERY_FRENCH: Phrases = (
    ("acknowledgement", "accusé de réception à l'usager"),
    ("answer", "réponse à l'usager"),
    ("assigned", "question à une bibliothèque"),
    ("closed", "mot de clôture à l'usager"),
    ("daily", "liste à la coordination"),
    ("digest", "bilan de la semaine à une bibliothèque"),
    ("ended", "fin de la demande, à une bibliothèque"),
    ("follow_up", "précision de l'usager à une bibliothèque"),
    ("late", "excuse à l'usager"),
    ("overdue", "délai dépassé, à une bibliothèque"),
    ("rating", "invitation à donner son avis"),
    ("refused", "réponse non retenue, à une bibliothèque"),
    ("reminder", "rappel à une bibliothèque"),
    ("mail", "courriel"),
    ("queue", "file d'attente de la bibliothèque"),
    ("page", "page de la question"),
)


def why_you(reason: Mapping[str, Any], language: str) -> str:
    """One part of the score, with its points: the numbers say how well the question fits."""
    phrases = WHY_YOU_FRENCH if language == FRENCH else WHY_YOU_ENGLISH
    told, points = _told(reason["detail"], phrases), reason["points"]
    return f"{told} ({points:+.0f})" if abs(points) >= 1 else told


def why_not(text: str, language: str) -> str:
    return _told(text, WHY_NOT_FRENCH) if language == FRENCH else text


def delivery(word: str | None, language: str) -> str:
    """The kind of a delivery, or its way; nothing when its details are gone."""
    word = word or ""
    return _told(word, DELIVERY_FRENCH) if language == FRENCH else word.replace("_", " ")


def _told(text: str, phrases: Phrases) -> str:
    for pattern, words in phrases:
        if found := re.fullmatch(pattern, text):
            return found.expand(words)
    return text
