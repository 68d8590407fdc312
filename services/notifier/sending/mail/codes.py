"""The codes of events, deliveries and closings in the words of who reads the mail.

One phrase per code and language; where a parameter chooses the phrase, its value is part of the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notifier.domain.outgoing import FRENCH

Phrases = Mapping[str, str]

WHY_YOU_FRENCH: Phrases = {
    "origin": "posée chez vous",
    "referred": "une autre bibliothèque vous a désignés",
    "place.postcode": "l'usager est dans une commune que vous desservez",
    "place.department": "l'usager est dans un département que vous desservez",
    "place.region": "l'usager est dans une région que vous desservez",
    "place.country": "l'usager est dans un pays que vous desservez",
    "place.somewhere": "l'usager est hors de tout territoire",
    "subject": "votre force sur le thème «\u00a0{subject}\u00a0»\u00a0: {strength} sur 5",
    "load": "questions ouvertes chez vous\u00a0: {open}",
    "load.0": "aucune question ouverte chez vous",
    "fairness": "partage entre bibliothèques",
    "fit": "vous êtes ouverts {percent}\u00a0% du temps nécessaire",
    "hand": "choisis par {hand}",
    "hand.said": "choisis par {hand}\u00a0: {said}",
}
WHY_YOU_ENGLISH: Phrases = {
    "origin": "asked at your library",
    "referred": "another library named you",
    "place.postcode": "the asker is in a town you serve",
    "place.department": "the asker is in a département you serve",
    "place.region": "the asker is in a region you serve",
    "place.country": "the asker is in a country you serve",
    "place.somewhere": "the asker is outside every territory",
    "subject": "your strength in “{subject}”: {strength} of 5",
    "load": "questions open with you: {open}",
    "load.0": "no question is open with you",
    "fairness": "sharing among libraries",
    "fit": "you are open {percent}% of the time needed",
    "hand": "chosen by {hand}",
    "hand.said": "chosen by {hand}: {said}",
}
WHY_NOT_FRENCH: Phrases = {
    "answered": "y a déjà répondu",
    "away": "fermée jusqu'après la date promise",
    "declined": "l'a refusée",
    "had_before": "l'a déjà eue",
    "language": "ne répond pas en «\u00a0{language}\u00a0»",
    "not_open": "n'ouvre pas avant la date promise",
    "overdue": "a laissé passer le délai",
    "specialist": "spécialiste d'autres thèmes",
    "takes_none": "ne prend pas de questions",
    "territory": "dessert un autre territoire",
    "tier": "n'est pas sollicitée à ce tour",
    "week_full": "a déjà ses questions de la semaine",
}
WHY_NOT_ENGLISH: Phrases = {
    "answered": "answered it before",
    "away": "closed until after the promise",
    "declined": "declined it",
    "had_before": "had it before",
    "language": "does not answer in {language}",
    "not_open": "not open before the promise",
    "overdue": "let it pass",
    "specialist": "a specialist of other subjects",
    "takes_none": "takes no questions",
    "territory": "serves another territory",
    "tier": "not asked in this round",
    "week_full": "has its questions for this week",
}
IMPASSE_FRENCH: Phrases = {
    "nobody_left": "aucune bibliothèque du réseau ne peut la prendre",
    "asked_in_vain": "bibliothèques sollicitées sans réponse\u00a0: {attempts}",
    "taken_back": "reprise par {hand}",
}
IMPASSE_ENGLISH: Phrases = {
    "nobody_left": "no library of the network can take it",
    "asked_in_vain": "libraries asked in vain: {attempts}",
    "taken_back": "taken back by {hand}",
}
DELIVERY_FRENCH: Phrases = {
    "acknowledgement": "accusé de réception à l'usager",
    "answer": "réponse à l'usager",
    "assigned": "question à une bibliothèque",
    "closed": "mot de clôture à l'usager",
    "daily": "liste à la coordination",
    "digest": "bilan de la semaine à une bibliothèque",
    "ended": "fin de la demande, à une bibliothèque",
    "follow_up": "précision de l'usager à une bibliothèque",
    "late": "excuse à l'usager",
    "overdue": "délai dépassé, à une bibliothèque",
    "rating": "invitation à donner son avis",
    "refused": "réponse non retenue, à une bibliothèque",
    "reminder": "rappel à une bibliothèque",
    "mail": "courriel",
    "queue": "file d'attente de la bibliothèque",
    "page": "page de la question",
}


def why_you(reason: Mapping[str, Any], language: str) -> str:
    """One part of the score (contracts.reasons.Reason as JSON), for the library that was chosen."""
    phrases = WHY_YOU_FRENCH if language == FRENCH else WHY_YOU_ENGLISH
    return phrases[_key(reason)].format(**reason, percent=round(reason.get("share", 0) * 100))


def _key(reason: Mapping[str, Any]) -> str:
    match reason["code"]:
        case "place":
            return f"place.{reason['nearness']}"
        case "load" if reason["open"] == 0:
            return "load.0"
        case "hand" if reason.get("said"):
            return "hand.said"
        case code:
            return str(code)


def why_not(exclusion: Mapping[str, Any], language: str) -> str:
    """Why one partner was not asked (contracts.reasons.Exclusion as JSON)."""
    phrases = WHY_NOT_FRENCH if language == FRENCH else WHY_NOT_ENGLISH
    return phrases[exclusion["code"]].format(**exclusion)


def impasse(reason: Mapping[str, Any], language: str) -> str:
    """Why nobody has the question (contracts.reasons.Impasse as JSON)."""
    phrases = IMPASSE_FRENCH if language == FRENCH else IMPASSE_ENGLISH
    return phrases[reason["code"]].format(**reason)


def delivery(word: str | None, language: str) -> str:
    """The kind of a delivery, or its way; nothing when its details are gone."""
    word = word or ""
    return DELIVERY_FRENCH.get(word, word) if language == FRENCH else word.replace("_", " ")
