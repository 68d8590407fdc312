"""Why a reply by mail was held, in the words of the library's page."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.language import N_, Translator

HOLDS_OURS = N_(
    "This text holds a part of our e-mail that is for you alone: a link, a reply address or the private "
    "note. Take it out."
)
WHY_HELD: Mapping[str, str] = {
    "empty": N_("We found neither text nor file above the quoted e-mail."),
    "command": N_(
        "It begins with a word such as DECLINE, ON IT or QUESTION, and we could not tell what it is for."
    ),
    "on_it": N_("It looks like word that you are on it: by e-mail, write ON IT and nothing else."),
    "asks": N_("It looks like a question to the asker: by e-mail, write QUESTION on its first line."),
    "refusal": N_("It looks like a refusal."),
    "receipt": N_("It looks like a receipt."),
    "absence": N_("It looks like a notice of absence."),
    "too_quick": N_("It came right after ours, as an automatic reply would."),
    "ours": N_("It holds a part of our own e-mail, which is for you alone."),
    "another_mail": N_("It holds another e-mail, quoted or forwarded."),
    "unsure": N_("We could not tell your text from the quoted e-mail."),
}


def why_held(words: Translator, reason: str) -> str:
    return words.gettext(WHY_HELD[reason])
