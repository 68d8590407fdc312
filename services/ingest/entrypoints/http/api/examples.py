"""Examples for the OpenAPI document: what a partner's programmer copies first."""

from __future__ import annotations

from typing import Any


def _body(**named: dict[str, Any]) -> dict[str, Any]:
    examples = {name: {"value": value} for name, value in named.items()}
    return {"requestBody": {"content": {"application/json": {"examples": examples}}}}


QUESTION = _body(
    short={"text": "Où trouver les plans du moulin de Grigny avant 1850 ?"},
    whole={
        "text": "Où trouver les plans du moulin de Grigny avant 1850 ?",
        "private_note": "Pour un exposé la semaine prochaine.",
        "language": "fr",
        "subject": "local-history",
        "purpose": "study",
        "place": {"country": "FR", "postcode": "69520"},
        "publish_consent": True,
        "asker": {"mail": "ada@example.org", "name": "Ada"},
        "reference": "G-2026-17",
    },
)

ANSWER = _body(
    answer={
        "text": "Le cadastre de 1824, section B, montre le moulin au confluent du Garon et du Rhône.",
        "sources": [
            "Archives départementales, 3 P 69, section B",
            "https://archives.example/cadastre/1824/b",
        ],
        "effort": 4,
        "subject": "local-history",
    }
)

DECLINE = _body(
    decline={"reason": "Notre fonds local est en travaux jusqu’en juin.", "refer_to": "lyon"},
    silently={},
)

TAKE = _body(by_somebody={"by": "Anne"}, by_nobody_named={})

CLARIFICATION = _body(clarification={"text": "Parlez-vous du moulin à eau ou du moulin à vent ?"})

ADDITION = _body(
    addition={"text": "Un second plan, de 1832, est conservé à Lyon.", "sources": ["AM Lyon, 3 S 120"]},
    correction={"text": "Le plan est de 1825, et non de 1824.", "corrects": True},
)

FOLLOW_UP = _body(follow_up={"text": "Du moulin à eau."})

REOPENING = _body(reopening={"text": "Le plan montre un autre moulin."})
