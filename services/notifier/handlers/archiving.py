"""From an answer to one asker to an answer for everyone: held, looked at, released, taken off again."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from services.chassis.language.commonmark import marked, plain_of, plain_words
from services.chassis.messaging.transaction import Unit
from services.chassis.telemetry import trace
from services.contracts.links.wall import Wall
from services.contracts.notifier import QuestionPublished
from services.contracts.vocabulary import Facets, PartnerName, TextFormat
from services.notifier.domain.archive.titles import proposed_title
from services.notifier.domain.personal_data import marks, masked, said_names
from services.notifier.store.archive import entries
from services.notifier.store.archive.entries import Entry
from services.notifier.store.session import directly

log = logging.getLogger(__name__)

NOBODY = "without review"
IMPORTED = "import"
"""The facet of what was taken over from another help desk."""


class NotForThePublic(Exception):
    """What the text holds that nobody else may read: a link, address, file or mark of ours, or the private
    note."""


@dataclass(frozen=True, slots=True)
class ReleaseRules:
    """`review`: a coordinator looks at each answer first. `masked`: released at once, with everything that
    looks personal replaced; what the wall stops waits for the coordinator all the same."""

    release: Literal["review", "masked"]
    archive_url: str
    wall: Wall

    def address(self, number: int) -> str:
        return f"{self.archive_url}/a/{number}"


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    """By which rules, and on which trace, an answer is kept."""

    rules: ReleaseRules
    traceparent: str | None


def hold(unit: Unit, rules: ReleaseRules, answer: UUID) -> None:
    """Keep the answer for the archive, if its asker agreed; release it at once if the network wants that.
    Done once for all answers of the unit."""
    unit.pending(_hold_all, dict[UUID, HeldAnswer])[answer] = HeldAnswer(rules, trace.current())


async def _hold_all(unit: Unit, gathered: dict[UUID, HeldAnswer]) -> None:
    """After the answers themselves."""
    held = await entries.hold(await directly(unit), list(gathered), unit.now)
    if held:
        await entries.entitle(unit.db, {number: proposed_title(text) for number, text in held.items()})
    if any(one.rules.release == "masked" for one in gathered.values()):
        for number in held:
            await _release_at_once(unit, gathered, number)


async def _release_at_once(unit: Unit, gathered: dict[UUID, HeldAnswer], number: int) -> None:
    entry = await entries.take(unit.db, number)
    if entry is None:
        return
    of_answer = gathered[entry.answer_id]
    with trace.span(of_answer.traceparent):
        try:
            await release(unit, of_answer.rules, without_personal_data(entry), NOBODY)
        except NotForThePublic as stopped:
            log.warning("answer %s: %s; it waits for the coordinator", entry.answer_id, stopped)


@dataclass(frozen=True, slots=True)
class Correction:
    """What its library wrote to mend an answer."""

    text: str
    format: TextFormat
    sources: tuple[str, ...]


async def hold_again(unit: Unit, rules: ReleaseRules, answer: UUID, correction: Correction) -> None:
    """Its answer was corrected: nobody reads it until it was looked at with the correction below it."""
    await unit.write_now(_hold_all)
    for number in await entries.of_answer(unit.db, answer):
        entry = await entries.take(unit.db, number, ("held", "published"))
        if entry is None:
            continue
        corrected = _with(entry, correction)
        await entries.hold_again(unit.db, entry, corrected, unit.now)
        if rules.release == "masked":
            await release(unit, rules, without_personal_data(corrected), NOBODY)


def _with(entry: Entry, correction: Correction) -> Entry:
    """The correction below; with marks where both have them, else in plain words."""
    below = f"{entry.answer}\n\n{plain_words(correction.text, correction.format)}"
    more = marked(correction.text, correction.format)
    both = f"{entry.marked}\n\n{more}" if entry.marked and more else None
    answer = plain_of(both) if both else below
    return replace(entry, answer=answer, marked=both, sources=(*entry.sources, *correction.sources))


async def release(unit: Unit, rules: ReleaseRules, entry: Entry, by: str) -> None:
    """Publish the entry as it stands here, and announce it, unless it is from before Sésame: nobody else has
    its question. Raises NotForThePublic."""
    secret = await entries.secret_of(unit.db, entry.question_id)
    texts = (entry.title, entry.question, entry.answer, entry.marked, *entry.sources)
    partners = (entry.partner,)
    why = rules.wall.why_not(
        texts, entry.question_id, partners=partners, note=secret.note, known=secret.question
    )
    if why is not None:
        raise NotForThePublic(f"the text holds a {why} of ours that the public must not have: take it out")
    await entries.publish(unit.db, entry, by, unit.now)
    if IMPORTED in entry.facets:
        return
    unit.announce(
        QuestionPublished(
            place="archive",
            way="archive",
            answer_id=entry.answer_id,
            partner=PartnerName(id=entry.partner, name=entry.partner_name),
            url=rules.address(entry.number),
            answered_at=entry.answered_at,
            published_at=unit.now,
            promise_at=entry.promise_at,
            facets=Facets.model_validate(entry.facets),
        ),
        question=entry.question_id,
    )


async def take_off(unit: Unit, question: UUID, states: tuple[str, ...]) -> None:
    """Nothing of this question stays in the archive that is in one of these states."""
    await unit.write_now(_hold_all)
    for number in await entries.of_question(unit.db, question, states):
        entry = await entries.take(unit.db, number, states)
        if entry is not None:
            after = "withdrawn" if entry.state == "published" else "kept_private"
            await entries.take_off(unit.db, entry, after, unit.now)


def without_personal_data(entry: Entry) -> Entry:
    """Everything of the entry that a person wrote, masked: what is added to an entry belongs here, too."""
    question = cleaned(entry.question, entry)
    return replace(
        _with_clean_answer(entry),
        title=proposed_title(question),
        question=question,
        sources=tuple(cleaned(source, entry) for source in entry.sources),
        subject=None if marks(entry.subject or "", names(entry)) else entry.subject,
    )


def _with_clean_answer(entry: Entry) -> Entry:
    """With its marks, unless one of them stands in the middle of what looks personal."""
    if entry.marked is not None:
        clean = cleaned(entry.marked, entry)
        said = plain_of(clean)
        if not marks(said, names(entry)):
            return replace(entry, answer=said, marked=clean)
    return replace(entry, answer=cleaned(entry.answer, entry), marked=None)


def cleaned(text: str, entry: Entry) -> str:
    return masked(text, marks(text, names(entry)))


def names(entry: Entry) -> tuple[str, ...]:
    """The asker's, and those with which somebody says, signs or answers as who they are."""
    said = (name for text in (entry.question, entry.answer) for name in said_names(text))
    return tuple(filter(None, (entry.asker_name, *said)))
