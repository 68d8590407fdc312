"""Every code that an event may carry has words in both languages: no mail holds shorthand."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from services.chassis.language import Languages
from services.chassis.language.languages import NAMES
from services.chassis.language.reasons import Reasons
from services.contracts.reasons import Exclusion, ExclusionCode, Impasse, Reason
from services.notifier.domain.kinds import TRAITS, DeliveryKind
from services.notifier.sending.mail.codes import DELIVERIES, failed_because
from services.notifier.sending.mail.rendering import TEMPLATES, MailRenderer

LANGUAGES = [Reasons(words) for words in Languages.of(NAMES).values()]
SHAPES = {"html", "text", "page"}
NEARNESS = ("postcode", "department", "region", "country", "somewhere")

REASONS: dict[str, list[dict[str, Any]]] = {
    "origin": [{}],
    "referred": [{}],
    "place": [{"nearness": one} for one in NEARNESS],
    "subject": [{"subject": "histoire", "strength": 4}],
    "load": [{"open": 0}, {"open": 3}],
    "fairness": [{"owed": -0.32}],
    "fit": [{"share": 0.8}],
    "asked_back": [{}],
    "manual": [{"actor": "Anne"}, {"actor": "Anne", "said": "elle connaît le fonds"}],
}
IMPASSES: dict[str, dict[str, Any]] = {
    "nobody_left": {},
    "asked_in_vain": {"attempts": 5},
    "taken_back": {"actor": "Anne"},
}


def codes(union: Any) -> set[str]:
    members = get_args(get_args(union)[0])
    return {member.model_fields["code"].default for member in members}


def test_the_examples_below_name_every_code() -> None:
    assert (codes(Reason), codes(Impasse)) == (set(REASONS), set(IMPASSES))


@pytest.mark.parametrize("reasons", LANGUAGES, ids=lambda reasons: reasons.words.language)
def test_why_a_library_was_chosen_is_told_in_words(reasons: Reasons) -> None:
    for code, examples in REASONS.items():
        for params in examples:
            assert reasons.why_you({"code": code, "points": 1.0, **params}) not in ("", code)


@pytest.mark.parametrize("reasons", LANGUAGES, ids=lambda reasons: reasons.words.language)
def test_why_a_library_was_not_asked_is_told_in_words(reasons: Reasons) -> None:
    for code in get_args(ExclusionCode):
        exclusion = Exclusion(partner="gent", code=code, language="fr" if code == "language" else None)
        assert reasons.why_not(exclusion.code, exclusion.language) not in ("", code)


@pytest.mark.parametrize("reasons", LANGUAGES, ids=lambda reasons: reasons.words.language)
def test_why_the_coordinator_must_decide_is_told_in_words(reasons: Reasons) -> None:
    for code, params in IMPASSES.items():
        assert reasons.impasse({"code": code, **params}) not in ("", code)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("SMTP 550 5.1.1 no such user", "Cette adresse ne mène à personne."),
        ("no mail address", "Cette adresse ne mène à personne."),
        ("SMTP 552 5.2.2 over quota", "La boîte aux lettres est pleine."),
        ("SMTP 550 5.1.10 RecipientNotFound", "Cette adresse ne mène à personne."),
        ("SMTP 552 over quota", "La boîte aux lettres est pleine."),
        ("SMTP 552 5.2.2 mailbox full, message too large", "La boîte aux lettres est pleine."),
        (
            "SMTP 552 5.3.4 Message size exceeds fixed limit",
            "Le courriel était trop volumineux pour le serveur du destinataire.",
        ),
        ("SMTP 552 5.2.3 too long", "Le courriel était trop volumineux pour le serveur du destinataire."),
        (
            "SMTP 552 Message size exceeds fixed limit",
            "Le courriel était trop volumineux pour le serveur du destinataire.",
        ),
        ("SMTP 550 5.1.8 Sender address rejected", "Le serveur du destinataire refuse notre adresse."),
        ("SMTP 553 5.1.7 bad sender", "Le serveur du destinataire refuse notre adresse."),
        ("SMTP 550 5.7.1 spam", "Le serveur de messagerie du destinataire refuse nos envois."),
        ("HTTP 503", "Le système du destinataire ne l’a pas pris."),
        ("SMTP 550 mail not accepted", ""),
        ("TimeoutError: ", ""),
        (None, ""),
    ],
)
def test_an_error_is_told_in_words_where_it_is_plain(error: str | None, told: str) -> None:
    assert failed_because(MailRenderer(zone="Europe/Paris").languages["fr"], error) == told


def test_every_kind_of_mail_has_a_name_its_traits_and_a_template() -> None:
    templates = {path.stem for path in TEMPLATES.glob("*.j2")} - SHAPES
    assert templates == {str(kind) for kind in DeliveryKind}
    assert set(DELIVERIES) == set(TRAITS) == set(DeliveryKind)
