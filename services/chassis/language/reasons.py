"""Why a library was asked and why another was not, in the words of who reads it.

The codes and their parameters are those of `services.contracts.reasons`; a code of a later version is made
readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.chassis.language.messages import N_
from services.chassis.language.names import Names
from services.chassis.language.translator import Translator

WHY_YOU: Mapping[str, str] = {
    "origin": N_("asked at your library"),
    "referred": N_("another library named you"),
    "load": N_("how busy you are"),
    "fairness": N_("sharing among libraries"),
    "asked_back": N_("the asker replied to what you had asked"),
}
NEARNESS: Mapping[str, str] = {
    "postcode": N_("the asker is in a town you serve"),
    "department": N_("the asker is in a département you serve"),
    "region": N_("the asker is in a region you serve"),
    "country": N_("the asker is in a country you serve"),
    "somewhere": N_("you answer wherever askers are"),
}
WHY_NOT: Mapping[str, str] = {
    "answered": N_("answered it before"),
    "away": N_("closed until after the promise"),
    "declined": N_("declined it"),
    "had_before": N_("had it before"),
    "no_reply": N_("asked back, and the asker did not reply in time"),
    "not_open": N_("not open before the promise"),
    "overdue": N_("let its time pass"),
    "specialist": N_("a specialist of other subjects"),
    "takes_none": N_("takes no questions"),
    "territory": N_("serves another territory"),
    "tier": N_("is asked in another round"),
    "week_full": N_("has its questions for this week"),
}


@dataclass(frozen=True, slots=True)
class Reasons:
    """Reasons in one language."""

    words: Translator

    def why_you(self, reason: Mapping[str, Any]) -> str:
        """One part of the choice, for the library that was chosen; without its points."""
        code = str(reason.get("code", ""))
        if code == "place":
            return self._of(NEARNESS, str(reason.get("nearness", "")))
        if code == "subject":
            return self._strength(reason)
        if code == "load":
            return self._load(int(reason.get("open", 0)))
        if code == "fit":
            share = self.words.percent(float(reason.get("share", 0)))
            return self.words.gettext("you are open %(share)s of the time needed", share=share)
        return self._manual(reason) if code == "manual" else self._of(WHY_YOU, code)

    def why_not(self, code: str, language: str | None = None) -> str:
        """Why a library was not asked; `language` is the question's, where that is why."""
        if code == "language" and language:
            name = self.words.language_name(language)
            return self.words.gettext("does not answer in this language: %(language)s", language=name)
        return self._of(WHY_NOT, code)

    def impasse(self, impasse: Mapping[str, Any]) -> str:
        """Why the coordinator must see to a question."""
        code = str(impasse.get("code", ""))
        if code == "taken_back":
            person = Names(self.words).actor(str(impasse.get("actor", "")))
            return self.words.gettext("%(person)s took it back", person=person)
        if code == "asked_in_vain":
            attempts = int(impasse.get("attempts", 1))
            return self.words.ngettext(
                "one library was asked and did not answer",
                "%(num)s libraries were asked and none answered",
                attempts,
            )
        return self.words.gettext("no library of the network can take it")

    def _strength(self, reason: Mapping[str, Any]) -> str:
        if not reason.get("subject"):
            return self.words.gettext("the subject is not known")
        theme = Names(self.words).theme(str(reason["subject"]))
        strength = int(reason.get("strength", 0))
        if not strength:
            return self.words.gettext("“%(theme)s” is not among your strengths", theme=theme)
        return self.words.gettext(
            "your strength in “%(theme)s”: %(strength)s of 5", theme=theme, strength=strength
        )

    def _load(self, opened: int) -> str:
        if not opened:
            return self.words.gettext("no question is open with you")
        return self.words.ngettext(
            "one question is open with you", "%(num)s questions are open with you", opened
        )

    def _manual(self, reason: Mapping[str, Any]) -> str:
        said = reason.get("said")
        if said:
            return self.words.gettext("the coordinator chose you: %(said)s", said=said)
        return self.words.gettext("the coordinator chose you")

    def _of(self, messages: Mapping[str, str], code: str) -> str:
        return self.words.gettext(messages[code]) if code in messages else code.replace("_", " ")
