"""The coordinator reads in words what could not be sent."""

from __future__ import annotations

from devtools.checkout import ROOT
from services.workspace.pages.code_texts import CODE_TEXTS

SHAPES = {"gathered", "html", "page", "text"}
"""Templates that others are set in, of no delivery of their own."""


def test_every_kind_of_mail_has_a_name_at_the_workspace() -> None:
    templates = ROOT / "services" / "notifier" / "sending" / "mail" / "templates"
    kinds = {path.stem for path in templates.glob("*.j2")} - SHAPES
    assert kinds <= {code.removeprefix("sent_") for code in CODE_TEXTS if code.startswith("sent_")}
