"""What things are called: nobody is shown a code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.chassis.language.messages import N_
from services.chassis.language.territories import DEPARTMENTS, PROVINCES, REGIONS
from services.chassis.language.translator import Translator

THEMES: Mapping[str, str] = {
    "histoire": N_("History and heritage"),
    "sciences": N_("Science and nature"),
    "sante": N_("Health"),
    "droit-demarches": N_("Law and procedures"),
    "arts": N_("Arts, music, film"),
    "litterature": N_("Literature"),
    "langues": N_("Languages"),
    "societe": N_("Society and media"),
    "technique-informatique": N_("Technology and computing"),
    "economie-emploi": N_("Economy and work"),
    "geographie-voyages": N_("Geography and travel"),
    "vie-pratique": N_("Everyday life"),
}
CHANNELS: Mapping[str, str] = {
    "form": N_("Web form"),
    "mail": N_("E-mail"),
    "desk": N_("At a desk or by telephone"),
    "facebook_page": N_("Facebook Page"),
    "facebook_group": N_("Facebook group"),
    "mastodon": N_("Mastodon"),
    "partner": N_("Partner systems"),
    "api": N_("API"),
}
PURPOSES: Mapping[str, str] = {
    "curiosity": N_("Curiosity"),
    "study": N_("Studies"),
    "work": N_("Work"),
    "school": N_("Schoolwork"),
    "personal": N_("For oneself"),
    "research": N_("Research"),
    "teaching": N_("Teaching"),
}
WAYS: Mapping[str, str] = {
    "mail": N_("E-mail"),
    "queue": N_("the library’s queue"),
    "webhook": N_("the library’s web service"),
    "page": N_("the question’s page"),
    "mastodon": N_("Mastodon"),
    "facebook_page": N_("Facebook Page"),
    "facebook_group": N_("Facebook group"),
    "archive": N_("the public archive"),
}
OPERATORS = frozenset({"operator", "root", "sesame"})
"""Accounts that say of nobody who they are: those of the machine, of the service and of an upgrade."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the network's codes in one language; a code of the network's own is made readable."""

    words: Translator

    def theme(self, code: str | None) -> str:
        return self._name(THEMES, code)

    def channel(self, code: str | None) -> str:
        return self._name(CHANNELS, code)

    def purpose(self, code: str | None) -> str:
        return self._name(PURPOSES, code)

    def way(self, code: str | None) -> str:
        """How something is delivered."""
        return self._name(WAYS, code)

    def territory(self, word: str) -> str:
        """`Bas-Rhin (67)`, `Grand Est`, `France`, `69001`: what a partner serves, as its record says it."""
        kind, _, code = word.rpartition(":")
        if kind == "country":
            return self.words.country(code)
        if kind == "region":
            return REGIONS.get(code, code)
        if code in DEPARTMENTS:
            return f"{DEPARTMENTS[code]} ({code})"
        return PROVINCES.get(code, code)

    def actor(self, actor: str, *, account: bool = False) -> str:
        """Who did something: a person by their name, a command (`operator`, `operator (jdupont)`) or a file
        that was read as what they are; with `account` also whose it was, where it tells one from another."""
        known, _, own = actor.partition(" (")
        if known not in OPERATORS and not actor.startswith("file "):
            return actor
        called = self.words.gettext("the operator of the network")
        return f"{called} ({own}" if account and own else called

    def _name(self, names: Mapping[str, str], code: str | None) -> str:
        if not code:
            return ""
        if code in names:
            return self.words.gettext(names[code])
        return code.replace("_", " ").replace("-", " ").capitalize()
