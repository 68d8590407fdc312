"""What a library sees of its question: the facts of the respondent's page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis.messaging.transaction import Unit
from services.contracts.links.signed_links import Link
from services.ingest.domain.intake import QuestionEnded, RawSubmission
from services.ingest.domain.replies.folding import folded
from services.ingest.domain.states import LIBRARY_MAY, WRITABLE, LibraryState
from services.ingest.entrypoints.http.links import OpenedByPartner, open_for_partner
from services.ingest.entrypoints.http.pages.conversation import (
    WITHOUT,
    ShownConversation,
)
from services.ingest.handlers.files.files import as_event, listed
from services.ingest.store import askers, files
from services.ingest.store.access import links
from services.ingest.store.conversations import conversation, similar
from services.ingest.store.mail import held_replies
from services.ingest.store.mail.held_replies import HeldReply
from services.ingest.store.session import session_of

KNOWN = ("subject", "purpose", "department")
"""Facets that help to look it up; the mail tells them, too."""


@dataclass(frozen=True, slots=True)
class SeenByPartner:
    """`partners`: id → name of every library heard of. `facts` are the page's about the question."""

    opened: OpenedByPartner
    held: HeldReply | None
    partners: Mapping[str, str]
    similar: Sequence[tuple[str, str]]
    facts: dict[str, Any]


def facts_of(opened: OpenedByPartner, conversation: ShownConversation) -> dict[str, Any]:
    """What the page says about the question, for the partner of the link."""
    others = [one.partner_name for one in opened.asked if one.partner != opened.own.partner]
    shown, quoted = folded(opened.question.text)
    state = conversation.library_state(opened.own)
    facets = json.loads(opened.question.facets)
    body = json.loads(opened.question.ending) if opened.question.ending else {}
    return {
        "question": opened.question,
        "shown": shown,
        "quoted": quoted,
        "own": opened.own,
        "others": list(dict.fromkeys(others)),
        "question_language": facets.get("language"),
        "known": {name: facets.get(name) for name in KNOWN},
        "state": state.value,
        "answer": WITHOUT | body if opened.question.how == "answered" else None,
        "explanation": body.get("explanation") if opened.question.how == "closed" else None,
        "clarification": conversation.last_clarification,
        "entries": conversation.entries(),
        "writable": state in WRITABLE,
        "ended": state not in WRITABLE,
    }


async def must_allow(
    unit: Unit, link: Link, action: str, once: RawSubmission, public_url: str
) -> OpenedByPartner:
    """Raises QuestionEnded where a form did nothing any more that stood open while its question went on; what
    was sent before is answered as it was then."""
    seen = await seen_by_partner(unit, link, public_url)
    state = LibraryState(seen.facts["state"])
    if state not in LIBRARY_MAY[action] and not await session_of(unit).is_known(once):
        raise QuestionEnded(f"the question is {state}: {action} changes nothing any more", field="over")
    return seen.opened


async def seen_by_partner(unit: Unit, link: Link, public_url: str) -> SeenByPartner:
    opened = await open_for_partner(unit, link)
    follow_ups = await askers.follow_ups(unit.db, link.question_id)
    waiting = await held_replies.open_of(unit.db, link.question_id, opened.own.partner)
    held = waiting[0] if waiting else None
    held_files = await files.of(unit.db, list(held.files)) if held else []
    messages = await conversation.messages(unit.db, link.question_id)
    shown = ShownConversation(opened.question, opened.asked, follow_ups, messages)
    return SeenByPartner(
        opened,
        held,
        partners=await links.partners_seen(unit.db),
        similar=await similar.of_assignment(unit.db, opened.own.assignment_id),
        facts={
            "attachments": await listed(unit, public_url, link.question_id),
            "held_files": [as_event(public_url, file) for file in held_files],
            **facts_of(opened, shown),
        },
    )
