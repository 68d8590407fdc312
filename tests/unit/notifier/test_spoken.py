"""Every reason the router gives has words in French: the mail of a French library holds no shorthand."""

from __future__ import annotations

import re
from pathlib import Path

from devtools.checkout import ROOT
from services.notifier.domain.outgoing import FRENCH
from services.notifier.sending.mail.reasons import delivery, why_not
from services.router.domain import decision, lifecycle

LETTERS = ROOT / "services" / "notifier" / "mail" / "templates" / "fr"


SAID = re.compile(r'(?:yield|_shut_out\(|excluded\[) ?"([^"{]+)"')


def test_whatever_keeps_a_library_out_is_told_in_french() -> None:
    said = set(SAID.findall(Path(decision.__file__).read_text()))
    said |= {f"not among the {tier.name}" for tier in decision.TIERS}
    said |= {*lifecycle.WHY_NOT_AGAIN.values(), "does not answer in fr"}
    assert len(said) > 10
    assert [text for text in said if why_not(text, FRENCH) == text] == []


def test_every_letter_has_a_french_name() -> None:
    kinds = {path.stem for path in LETTERS.glob("*.j2")} - {"unroutable", "promise", "failure"}
    assert [kind for kind in kinds if delivery(kind, FRENCH) == kind] == []
