"""Who did something, as pages and mails say it: never the bare name of a machine's account."""

from __future__ import annotations

import pytest

from services.chassis.language import Languages
from services.chassis.language.languages import NAMES
from services.chassis.language.names import Names

LANGUAGES = Languages.of(NAMES)
FRENCH, ENGLISH = Names(LANGUAGES["fr"]), Names(LANGUAGES["en"])


@pytest.mark.parametrize("actor", ["root", "sesame", "operator", "operator (jdupont)", "file partners.yaml"])
def test_a_command_or_a_file_is_the_operator_of_the_network(actor: str) -> None:
    assert FRENCH.actor(actor) == "l’exploitant du réseau"
    assert ENGLISH.actor(actor) == "the operator of the network"


def test_the_account_is_told_where_it_tells_one_from_another() -> None:
    assert FRENCH.actor("operator (jdupont)", account=True) == "l’exploitant du réseau (jdupont)"
    assert FRENCH.actor("root", account=True) == "l’exploitant du réseau"


def test_a_person_keeps_their_name() -> None:
    assert FRENCH.actor("Claire Dumas (Lyon)", account=True) == "Claire Dumas (Lyon)"
