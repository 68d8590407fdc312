"""What a service of before told, and the workspace keeps as it was told, is read all the same."""

from __future__ import annotations

from datetime import UTC, datetime

from services.workspace.domain.conversation import conversation
from services.workspace.domain.read_model import Heard, read_model

MOMENT = datetime(2026, 11, 27, tzinfo=UTC)


def test_who_handled_a_question_is_read_in_the_former_word() -> None:
    for word in ("actor", "hand"):
        heard = [
            Heard("1", "question.received", MOMENT, {"text": "Où ?", "facets": {"channel": "form"}}),
            Heard("2", "question.handled", MOMENT, {"action": "extend", word: "Anna", "facets": {}}),
        ]
        known = read_model(heard)
        assert known is not None
        (entry,) = [one for one in conversation(known, None) if one.kind == "handled_extend"]
        assert entry.by == "Anna"
