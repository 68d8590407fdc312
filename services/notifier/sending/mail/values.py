"""What the templates are filled with: what one delivery says of question, partner, answer and itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.language import Translator
from services.chassis.language.clocks import reads_another_clock, territory_of
from services.chassis.language.commonmark import marked, plain_words
from services.chassis.language.names import Names
from services.chassis.language.reasons import Reasons
from services.notifier.domain.archive.titles import headline
from services.notifier.domain.kinds import Addressee, DeliveryKind
from services.notifier.domain.mail.greeting import greets
from services.notifier.domain.mail.threads import about
from services.notifier.domain.outgoing import DeliveryAttempt, Message
from services.notifier.sending.mail.codes import failed_because, why_held
from services.notifier.sending.mail.fields import UNSEEN

WORDS = ("question_text", "headline", "asker_name", "note", "theme", "purpose", "place", "follow_up")


def withheld(delivery: DeliveryAttempt) -> bool:
    return delivery.traits.without_their_words and delivery.question.asker.get("proof") != "authenticated"


def without_words(delivery: DeliveryAttempt) -> dict[str, Any]:
    """What takes the place of all that the asker wrote, the name included; empty where it may stand."""
    return dict.fromkeys(WORDS, "") if withheld(delivery) else {}


def partner_id(delivery: DeliveryAttempt) -> str | None:
    if delivery.traits.addressee in (Addressee.ASKER, Addressee.COORDINATOR):
        return None
    return delivery.assignment.partner if delivery.assignment else delivery.details.get("partner")


def of_question(delivery: DeliveryAttempt, words: Translator) -> dict[str, Any]:
    question, names = delivery.question, Names(words)
    language = question.facets.get("language")
    place = question.place or {}
    territory = territory_of(place.get("country"), place.get("postcode"))
    return {
        "abroad": reads_another_clock(words.zone, delivery.decided_at, words.language, territory),
        "question_id": str(question.id),
        "number": str(question.id)[-8:] if question.id.int else "",
        "question_text": question.text,
        "headline": headline(question.text),
        "asker_name": UNSEEN.sub("", question.asker.get("name") or ""),
        "note": question.private_note,
        "theme": names.theme(question.facets.get("subject")),
        "purpose": names.purpose(question.facets.get("purpose")),
        "language_name": language and words.language_name(language),
        "asked_in": language or "",
        "place": _place(place, words),
        "files": question.attachments,
        "promise_at": question.promise_at or delivery.decided_at,
        "asked_at": moment_of(question.facets.get("received_at")) or delivery.decided_at,
        "withdrawn": question.ended == "withdrawn",
        "follow_up": delivery.follow_up.text if delivery.follow_up else delivery.details.get("text"),
        "reopened_because": question.reopened_text,
        "similar": delivery.similar,
    }


def moment_of(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _place(place: Mapping[str, Any], words: Translator) -> str:
    """`69001, France`, `Belgique`: the country by its name."""
    country = place.get("country")
    return ", ".join(filter(None, (place.get("postcode"), country and words.country(country))))


def of_partner(delivery: DeliveryAttempt, reasons: Reasons) -> dict[str, Any]:
    assignment = delivery.assignment
    if assignment is None:
        return {
            "partner": delivery.details.get("partner_name"),
            "due_at": None,
            "zone": None,
            "reasons": [],
            "after_answer": False,
            "earlier": [],
            "end": None,
            "passed_on": False,
        }
    return {
        "after_answer": assignment.about is not None,
        "earlier": assignment.earlier,
        "end": delivery.why_ended,
        "passed_on": assignment.passed_on,
        "partner": assignment.partner_name,
        "due_at": assignment.due_at,
        "zone": assignment.time_zone,
        "reasons": [reasons.why_you(reason) for reason in assignment.reasons if _spoke_for(reason)],
    }


def _spoke_for(reason: Mapping[str, Any]) -> bool:
    """A person's choice has no points."""
    return bool(reason["points"] >= 1 or reason["code"] == "manual")


def of_answer(delivery: DeliveryAttempt) -> dict[str, Any]:
    """What a library says: its answer, or what it writes beside it."""
    if delivery.message is not None:
        return _of_message(delivery.message)
    answer = delivery.answer
    if answer is None:
        return {"answered_by": None}
    if delivery.kind != DeliveryKind.ANSWER:
        return {"answered_by": answer.partner_name}
    return {
        "answered_by": answer.partner_name,
        "partner": answer.partner_name,
        "answer_text": answer.text,
        "answer_marked": answer.marked,
        "greeted": greets(answer.text),
        "sources": answer.sources,
        "files": answer.attachments,
    }


def _of_message(message: Message) -> dict[str, Any]:
    return {
        "answered_by": message.partner_name,
        "partner": message.partner_name,
        "answer_text": message.text,
        "answer_marked": message.marked,
        "greeted": greets(message.text),
        "sources": message.sources,
        "files": message.attachments,
        "ends_at": message.ends_at or message.written_at,
    }


def of_details(delivery: DeliveryAttempt, reasons: Reasons) -> dict[str, Any]:
    details = delivery.details
    accepted = details.get("accepted_by") or {}
    held = delivery.kind == DeliveryKind.HELD
    found: dict[str, Any] = {
        "refusal": details.get("reason"),
        "refused_what": details.get("what"),
        **_of_refused(details),
        "closing": details.get("reason"),
        "held_why": why_held(reasons.words, details.get("reason")) if held else None,
        "why": reasons.impasse(details["reason"]) if delivery.kind == DeliveryKind.UNROUTABLE else None,
        "accepted_by": accepted.get("name"),
        "excluded": list(_excluded(details.get("excluded", ()), reasons)),
        "still_open": [_still_open(one, reasons.words) for one in _open(details)],
        "explanation": details.get("explanation"),
        "with_coordinator": details.get("with_coordinator", False),
        "holder": details.get("partner_name"),
        "failed_kind": details.get("kind"),
        "failed_way": details.get("way"),
        "stars": details.get("stars"),
        "comment": details.get("comment"),
        "tries": details.get("attempts"),
        "error": details.get("error"),
        "failed_because": failed_because(reasons.words, details.get("error")),
    }
    if delivery.kind == DeliveryKind.PROMISE:
        found["promise_at"] = datetime.fromisoformat(details["due_at"])
    return found


def _open(details: Mapping[str, Any]) -> Sequence[str | Mapping[str, Any]]:
    """The version before writes beginnings alone, and forgets a question only there."""
    beginnings: Sequence[str] = details.get("open", ())
    questions: Sequence[Mapping[str, Any]] = details.get("open_questions", ())
    return questions if len(questions) == len(beginnings) else beginnings


def _still_open(one: str | Mapping[str, Any], words: Translator) -> str:
    """Which it is and until when, as in the subject of the mail that asked; the version before wrote down
    its words alone."""
    if isinstance(one, str):
        return one
    moment = words.brief_moment(datetime.fromisoformat(one["due_at"]), one["zone"])
    told = words.gettext("Question %(number)s, before %(moment)s", number=one["id"][-8:], moment=moment)
    return about(told, one["headline"])


def _of_refused(details: Mapping[str, Any]) -> dict[str, Any]:
    """What its writer gets back, to go on with: as they meant it, not as they marked it."""
    text, form = details.get("text"), details.get("format", "plain")
    if text is None:
        return {"refused_text": None, "refused_marked": None}
    return {"refused_text": plain_words(text, form), "refused_marked": marked(text, form)}


def _excluded(excluded: Iterable[Mapping[str, Any]], reasons: Reasons) -> Iterator[str]:
    """Reason by reason, who was kept out by it."""
    kept_out: dict[str, list[str]] = {}
    for one in excluded:
        told = reasons.why_not(one["code"], one.get("language"))
        kept_out.setdefault(told, []).append(one.get("partner_name") or one["partner"])
    for told, libraries in kept_out.items():
        yield f"{told} – {reasons.words.list(libraries)}"
