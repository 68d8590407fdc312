"""What a respondent says in reply to the mail that asked them: an answer, a command such as "REFUS", or
something that a person should look at first.

The mail itself names the commands (its templates, `assigned.j2`). One counts as the first word of the
first line: an answer may well speak of refusals. What may be an answer or not is held: `REASONS`.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from services.ingest.domain.replies.bare_lines import with_bare_command
from services.ingest.domain.replies.doubts import SHORT_REFUSAL, is_signature, matter, why_doubtful


class ReplyKind(StrEnum):
    ANSWER = "answer"
    DECLINE = "decline"
    TAKE = "take"
    ASK_BACK = "clarification"
    CORRECT = "correction"
    SPAM = "spam"


class Follows(StrEnum):
    """What may stand behind a command."""

    TEXT = "text"
    """Its text: a reason."""
    NOTHING = "nothing"
    """At most a signature."""


@dataclass(frozen=True, slots=True)
class Command:
    kind: ReplyKind
    follows: Follows
    words: str


COMMANDS = (
    Command(
        ReplyKind.DECLINE,
        Follows.TEXT,
        r"refus[ée]?|refuser|refuse|d[ée]cliner|decline|declined|décliné(?=\s*[.!]?$)",
    ),
    Command(
        ReplyKind.DECLINE, Follows.TEXT, r"passer la main|(?:je|nous) (?:refus(?:e|ons)|d[ée]clin(?:e|ons))"
    ),
    Command(ReplyKind.DECLINE, Follows.TEXT, r"(?:je|nous) pass(?:e|ons) la main|(?:i|we) (?:decline|pass)"),
    Command(ReplyKind.TAKE, Follows.NOTHING, r"en cours|je prends|nous prenons|on it|taken"),
    Command(ReplyKind.TAKE, Follows.NOTHING, r"je m[’']en occupe|nous nous en occupons"),
    Command(ReplyKind.TAKE, Follows.NOTHING, r"(?:i am|i[’']m|we are|we[’']re) on it"),
)
"""A line adds a word. Case does not count, but in capitals it is a command whatever follows on its line."""
MESSAGES = {
    "QUESTION": ReplyKind.ASK_BACK,
    "CORRECTION": ReplyKind.CORRECT,
    "RECTIFICATION": ReplyKind.CORRECT,
    "SPAM": ReplyKind.SPAM,
}
"""In capitals at the head of the first line: what stands behind or below goes to the asker as that; behind
SPAM stands nothing. In small letters, or with words that are not set off, it may be one: it is held."""
MESSAGE = re.compile(
    rf"^\W{{0,3}}(?P<word>{'|'.join(MESSAGES)})(?:[ *]*[.!]?[ *]*$|[ *]*[:–—-][ *]*(?P<rest>.*)$|\s+\S.*$)",
    re.IGNORECASE,
)
REPLY_IN_IT = re.compile(
    r"^\W{0,3}(?:réponse|answer|antwort|antwoord|risposta)\b", re.IGNORECASE | re.MULTILINE
)
"""An answer that repeats the question first."""
_BEHIND = r"(?:\s*[.!]?$|\s*[:–—-]\s+(?P<rest>\S.*)$|\s+(?P<loose>\S.*)$)"
COMMAND_LINES = tuple(
    (command, re.compile(rf"^\W{{0,3}}(?P<word>{command.words}){_BEHIND}", re.IGNORECASE))
    for command in COMMANDS
)
LONGEST_REASON = 600
"""Characters: what is longer behind "Refus :" may be an answer that begins so."""
REFER = re.compile(r"^\W{0,3}(?:vers|refer to|to)\s*:\s*(?P<partner>\S.{0,200})$", re.IGNORECASE)
SOURCES = re.compile(
    r"^\W{0,3}(?:sources?|références?|references?|bronnen)\s*(?::\s*(?P<first>.*)|[*_]*)$", re.IGNORECASE
)
EFFORT = re.compile(
    r"^\W{0,3}(?:effort|(?:échelle )?read(?: scale)?)\s*:?\s*(?P<level>[1-6])\W*$", re.IGNORECASE
)
ITEM = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
BLANK_LINES = re.compile(r"\n\s*\n\s*\n")
LONGEST_SOURCE = 500
"""Characters."""
PROSE = re.compile(r"\b(?:nous|je|on|j[’']ai|c[’']est|ce sont|avons|i|we|have|ich|wir|ik|wij|io|noi)\b", re.I)

REASONS = (
    *(
        "empty",
        "command",
        "on_it",
        "asks",
        "refusal",
        "receipt",
        "absence",
        "too_quick",
        "ours",
        "another_mail",
    ),
    "unsure",
)
"""Why a reply is held; the notifier and the page have words for each."""
QUIET = frozenset({"receipt", "absence", "too_quick"})
"""Those of machines: what they answer is told once, else two machines would write to each other for ever."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`text` is the answer, or the reason of a refusal. `refer_to` is a library, as it was written. `held`:
    one of REASONS, where it is for a person to say what was meant."""

    kind: ReplyKind
    text: str
    sources: tuple[str, ...] = ()
    effort: int | None = None
    refer_to: str | None = None
    held: str = ""


def read_reply(text: str, subject: str = "") -> Reply:
    """`text` without the quote (`quoting.written_in`)."""
    lines = text.strip().split("\n")
    bared = _with_bare_command(lines)
    if command := message_command(bared) or _command(bared) or _command_below_greeting(bared):
        return replace(command, text=text.strip()) if command.held else command
    if not text.strip():
        return Reply(ReplyKind.ANSWER, "")
    if _refers_alone(lines):
        return Reply(ReplyKind.ANSWER, text.strip(), held="command")
    why = why_doubtful([line for line in lines if not EFFORT.match(line)] or [""], subject)
    if why == "empty":
        return replace(_answer(lines), held=why)
    if why:
        return Reply(ReplyKind.ANSWER, text.strip(), held=why)
    return _answer(lines)


def _with_bare_command(lines: list[str]) -> list[str]:
    """With the command, on its first line or below a greeting, as the mail that asks names it."""
    for number in [number for number, line in enumerate(lines) if line.strip()][:2]:
        line = with_bare_command(lines[number])
        if line != lines[number] and (MESSAGE.match(line) or _command_of(line)):
            return [*lines[:number], line, *lines[number + 1 :]]
    return lines


def _command_of(line: str) -> bool:
    return any(pattern.match(line) for _, pattern in COMMAND_LINES)


def _command(lines: list[str]) -> Reply | None:
    """A command on the first line; None where it is none. With words that are not its own it is held."""
    first, below = lines[0].strip(), lines[1:]
    whole = "\n".join(lines).strip()
    for command, pattern in COMMAND_LINES:
        found = pattern.match(first)
        if found is None:
            continue
        if found["loose"]:
            return Reply(ReplyKind.ANSWER, whole, held="command") if found["word"].isupper() else None
        if command.follows is Follows.TEXT and len(whole) <= LONGEST_REASON:
            return _with_text(command.kind, [found["rest"] or "", *below])
        if command.follows is Follows.NOTHING and not found["rest"] and is_signature(below):
            return Reply(command.kind, "")
        return Reply(ReplyKind.ANSWER, whole, held="command")
    return None


def message_command(lines: list[str]) -> Reply | None:
    """QUESTION or CORRECTION with its text, SPAM with nothing."""
    first, *below = matter(lines).split("\n")
    found, whole = MESSAGE.match(first), "\n".join(lines).strip()
    if found is None:
        return None
    held = Reply(ReplyKind.ANSWER, whole, held="command")
    word, rest = found["word"], found["rest"]
    alone = rest is not None or not first[found.end("word") :].strip(" .!*?")
    if not word.isupper():
        return held if _may_be_meant(word, whole, alone=alone and not rest) else None
    text = [line for line in (rest or "", *below) if line.strip() or below]
    if not alone or REPLY_IN_IT.search(whole):
        return held
    return _message(MESSAGES[word], text) or held


def _may_be_meant(word: str, whole: str, *, alone: bool) -> bool:
    """Whether a word in small letters, with nothing behind it, stands for the command."""
    return alone and len(whole) <= LONGEST_REASON and not REPLY_IN_IT.search(whole) and word.isalpha()


def _message(kind: ReplyKind, lines: list[str]) -> Reply | None:
    """None where the words that belong to it are missing, or words stand there that do not."""
    if kind is ReplyKind.SPAM:
        return Reply(kind, "") if is_signature(lines) else None
    if is_signature(lines):
        return None
    if kind is ReplyKind.CORRECT:
        return replace(_answer(lines), kind=kind)
    return Reply(kind, "\n".join(lines).strip())


def _refers_alone(lines: list[str]) -> bool:
    """Somebody is named, and that the question is handed back is not said."""
    return lines[0].lstrip(" *").lower().startswith(("vers", "refer")) and (
        REFER.match(lines[0]) is not None and is_signature(lines[1:])
    )


def _with_text(kind: ReplyKind, lines: list[str]) -> Reply:
    referred = next((found for line in lines if (found := REFER.match(line))), None)
    reason = "\n".join(lines).strip()
    return Reply(kind, reason, refer_to=referred["partner"].strip() if referred else None)


def _command_below_greeting(lines: list[str]) -> Reply | None:
    """By itself it is one; with a reason it may be, which its library shall say."""
    below_greeting = matter(lines)
    if below_greeting == "\n".join(lines).strip():
        return None
    first, *below = below_greeting.split("\n")
    for command, pattern in COMMAND_LINES:
        found = pattern.match(first.strip())
        if found is None or found["loose"]:
            continue
        if not found["rest"] and is_signature(below):
            return Reply(command.kind, "")
        if found["rest"] and len(below_greeting) <= SHORT_REFUSAL:
            return Reply(ReplyKind.ANSWER, "\n".join(lines).strip(), held="command")
    return None


def _answer(lines: list[str]) -> Reply:
    level = next((found["level"] for line in lines if (found := EFFORT.match(line))), None)
    words = [line for line in lines if not EFFORT.match(line)]
    sources, span = _sources(words)
    text = BLANK_LINES.sub("\n\n", "\n".join(words[: span.start] + words[span.stop :])).strip()
    effort = int(level) if level else None
    if not text or not sources:
        return Reply(ReplyKind.ANSWER, "\n".join(words).strip(), effort=effort)
    return Reply(ReplyKind.ANSWER, text, sources, effort)


def _sources(lines: list[str]) -> tuple[tuple[str, ...], slice]:
    """The last list of sources, and the lines it takes; empty where a line is too long to be one."""
    starts = [number for number, line in enumerate(lines) if SOURCES.match(line)]
    if not starts:
        return (), slice(0, 0)
    start = starts[-1]
    heading = SOURCES.match(lines[start])
    first = (heading["first"] or "").strip() if heading else ""
    begin = start + 1 if first else _next_written(lines, start + 1)
    end = next((number for number in range(begin, len(lines)) if not lines[number].strip()), len(lines))
    found = _items([*([first] if first else []), *lines[begin:end]])
    too_long = any(len(source) > LONGEST_SOURCE for source in found)
    if too_long or _is_prose([*([first] if first else []), *lines[begin:end]]):
        return (), slice(0, 0)
    return found, slice(start, end)


def _is_prose(lines: list[str]) -> bool:
    """Sentences under "Sources:", and no list: they go on in small letters, or somebody speaks in them."""
    if any(ITEM.match(line) for line in lines):
        return False
    return any(line.strip()[:1].islower() for line in lines[1:]) or any(PROSE.search(line) for line in lines)


def _next_written(lines: list[str], start: int) -> int:
    return next((number for number in range(start, len(lines)) if lines[number].strip()), len(lines))


def _items(lines: list[str]) -> tuple[str, ...]:
    """One per mark; in a list without marks one per line. What a mail program wrapped is joined again."""
    marked = any(ITEM.match(line) for line in lines)
    found: list[str] = []
    for line in lines:
        if found and marked and not ITEM.match(line):
            found[-1] += f" {line.strip()}"
        else:
            found.append(ITEM.sub("", line).strip())
    return tuple(found)


def partner_named(wish: str, partners: Mapping[str, str]) -> str | None:
    """The one partner (id → name) whose id or name this is, without regard to case and accents."""
    wanted = _folded(wish)
    found = [partner for partner, name in partners.items() if wanted in (partner, _folded(name))]
    return found[0] if len(found) == 1 else None


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(filter(str.isascii, letters)).split()).strip(" .,;")
