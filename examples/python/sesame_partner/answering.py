"""Where your own knowledge comes in: a function from a question to an answer, a decline, something to ask the
asker first, or None (not now).

`from_file` answers from texts written beforehand: for trying things out.
"""

import itertools
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .events import Answer, AskBack, Decline, Question, Reply

Answering = Callable[[Question], Awaitable[Reply | None]]


async def by_yourself(question: Question) -> Reply | None:
    """Fill in: ask your catalogue, put the question before a colleague, write to your help desk.

    None leaves the question in the queue: it comes again until somebody answers it or it is due. Where
    `question.said` stands, the asker wrote it since: what you return answers that.
    """
    return None


def from_file(path: Path) -> Answering:
    """`path` holds a JSON list of {"text", "sources"?, "effort"?, and what it fits: "question"?, "subject"?,
    "language"?}. The answer that fits best is taken; of equals, each in turn. With "ask_back" the asker is
    asked that first; "more" answers what they write after the answer."""
    stock: Sequence[Mapping[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    turn = itertools.count()

    async def answer(question: Question) -> Reply | None:
        fitting = _fitting(stock, question)
        if not fitting:
            return None if question.said else Decline(reason="Nothing in stock fits this question.")
        chosen = fitting[next(turn) % len(fitting)]
        if question.after_answer:
            return Answer(chosen["more"]) if "more" in chosen else None
        if question.said is None and "ask_back" in chosen:
            return AskBack(chosen["ask_back"])
        if question.said is not None and "ask_back" not in chosen:
            return None  # its answer is on the way already
        return Answer(chosen["text"], tuple(chosen.get("sources", ())), chosen.get("effort"))

    return answer


def declining_every(count: int, answering: Answering) -> Answering:
    """Says no to every `count`-th question, as a busy library does."""
    turn = itertools.count(1)

    async def answer(question: Question) -> Reply | None:
        if next(turn) % count == 0:
            return Decline(reason="Nobody of us is free for this one.")
        return await answering(question)

    return answer


def _fitting(stock: Sequence[Mapping[str, Any]], question: Question) -> list[Mapping[str, Any]]:
    """Those of the best fit. An answer written for one question never goes to another."""
    ranked = [(_fit(entry, question), entry) for entry in stock]
    best = max((fit for fit, _ in ranked), default=-1)
    return [entry for fit, entry in ranked if fit == best >= 0]


def _fit(entry: Mapping[str, Any], question: Question) -> int:
    """-1: does not fit. The question itself weighs most, then its language, then its subject. Where nobody
    knows the question's language, none is ruled out."""
    language = question.language or entry.get("language")
    wanted = {"question": question.text, "language": language, "subject": question.subject}
    weights = {"question": 4, "language": 2, "subject": 1}
    named = [name for name in wanted if entry.get(name) is not None]
    if any(entry[name] != wanted[name] for name in named):
        return -1
    return sum(weights[name] for name in named)
