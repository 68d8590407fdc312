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

from services.ingest.domain.automatic import ABSENT
from services.ingest.domain.mime.headers import bare_subject

GREETING = re.compile(
    r"^(?:bonjour|bonsoir|salut|hello|hi|dear|madame|monsieur|ch[eè]re?s?|guten tag)\b.{0,40}$", re.I
)


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
    deed: ReplyKind
    follows: Follows
    words: str


COMMANDS = (
    Command(ReplyKind.DECLINE, Follows.TEXT, r"refus[ée]?|refuser|refuse|décliner|decline|declined"),
    Command(
        ReplyKind.DECLINE, Follows.TEXT, r"passer la main|(?:je|nous) (?:refus(?:e|ons)|déclin(?:e|ons))"
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
}
"""In capitals and alone on the first line: what stands below goes to the asker as that."""
_BEHIND = r"(?:\s*[.!]?$|\s*[:–—-]\s+(?P<rest>\S.*)$|\s+(?P<loose>\S.*)$)"
COMMAND_LINES = tuple(
    (command, re.compile(rf"^\W{{0,3}}(?P<word>{command.words}){_BEHIND}", re.IGNORECASE))
    for command in COMMANDS
)
LONGEST_REASON = 600
"""Characters: what is longer behind "Refus :" may be an answer that begins so."""
REFER = re.compile(r"^\W{0,3}(?:vers|refer to|to)\s*:\s*(?P<partner>\S.{0,200})$", re.IGNORECASE)
SOURCES = re.compile(
    r"^\W{0,3}(?:sources?|références?|references?)\s*(?::\s*(?P<first>.*)|[*_]*)$", re.IGNORECASE
)
EFFORT = re.compile(
    r"^\W{0,3}(?:effort|(?:échelle )?read(?: scale)?)\s*:?\s*(?P<level>[1-6])\W*$", re.IGNORECASE
)
ITEM = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
BLANK_LINES = re.compile(r"\n\s*\n\s*\n")
LONGEST_SOURCE = 500
"""Characters."""
PROSE = re.compile(r"\b(?:nous|je|on|j[’']ai|c[’']est|ce sont|avons|i|we|have|ich|wir|ik|wij|io|noi)\b", re.I)

SHORT_REFUSAL, SHORT_NOTICE = 300, 600
"""Characters of a refusal in free words, of a receipt or an absence: more is an answer that mentions one."""
_REFUSALS = (
    r"n[’']?e? ?(?:pouvons|pourrons|peux|pourrai|sommes|serons|suis|serai) (?:malheureusement |hélas )?pas"
    r"(?: en mesure)?(?: de| d[’'])? ?(?:y )?(?:traiter|répondre|prendre|donner suite|satisfaire|vous aider)",
    r"pas (?:de |dans )?(?:notre|nos|mon) (?:domaines?|ressort|compétences?|spécialités?|attributions?)",
    r"n[’']est pas (?:le|la) nôtre\s*(?:[.,;!]|$)",
    r"ne (?:relève|dépend) pas de (?:nous|notre|nos)|hors de notre",
    r"(?:solliciter|contacter|interroger|saisir|vous adresser à|adressez-vous à|voir avec|transmettre à)"
    r" (?:un|une) autre",
    r"(?:not|un)\W?able to (?:take|answer|help|handle|deal)|can(?:no|['’])?t (?:take|answer|help|handle)",
    r"not (?:in )?our (?:field|area|subject|remit|expertise)|outside (?:of )?our|ask another library",
    r"(?:können|kann) (?:wir |ich )?(?:diese|die|Ihre) (?:frage|anfrage) (?:leider )?nicht",
    r"nicht unser (?:gebiet|fach|bereich)|niet ons (?:vakgebied|terrein)|non è di nostra competenza",
)
REFUSAL = re.compile("|".join(_REFUSALS), re.IGNORECASE)
_RECEIPTS = (
    r"(?:demande|message|question|requête|ticket|courriel)s?\W(?:\w+\W){0,4}?"
    r"(?:enregistrée?|reçue?|prise? en compte|prise? en charge|créée?|bien parvenue?|transmise?)",
    r"(?:avons|a) bien reçu votre|accus(?:é|ons) (?:de )?réception|sera (?:traitée?|prise? en charge)",
    r"(?:received|registered|logged) your (?:request|message|e-?mail|question)",
    r"your (?:request|message|e-?mail|ticket) (?:has been|was) (?:received|registered|logged|created)",
    r"(?:ihre|eure) (?:anfrage|nachricht) (?:wurde|ist) (?:bei uns )?(?:registriert|erhalten|eingegangen)",
    r"(?:uw|je) (?:vraag|bericht|verzoek) is (?:ontvangen|geregistreerd)",
)
RECEIPT = re.compile("|".join(_RECEIPTS), re.IGNORECASE)
TICKET = re.compile(
    r"\[[^\]]{0,30}(?:glpi|ticket|case|req|inc|rt|otrs|zammad)[^\]]{0,30}\d\]"
    r"|accusé de réception|ticket (?:n°|#|no)",
    re.IGNORECASE,
)
_ABSENCES = (
    r"(?:je suis|nous sommes|actuellement|je serai) (?:actuellement |en |)\W?"
    r"(?:absente?s?|congés?|vacances|déplacement|formation|en congés?|en vacances)",
    r"i am (?:currently )?(?:away|out of (?:the )?office|on (?:annual )?leave|on holiday)|out of office",
    r"(?:bin|befinde mich) (?:\w+ ){0,4}(?:abwesend|nicht im büro|im urlaub)|ik ben (?:\w+ ){0,3}afwezig",
    r"sono (?:\w+ ){0,3}(?:assente|in ferie|fuori (?:sede|ufficio))|estoy (?:\w+ ){0,3}ausente",
)
ABSENCE = re.compile("|".join(_ABSENCES), re.IGNORECASE)
ABSENT_SUBJECT = re.compile(
    r"^\W*(?:congés?|vacances|absences?|annual leave|on leave|holidays?|urlaub|vakantie|ferie)\b",
    re.IGNORECASE,
)
OUR_SUBJECT = re.compile(r"^\W*question\W+\w{4,}", re.IGNORECASE)
_CLOSINGS = (
    *(r"(?:bien |très )?(?:cordialement|sincèrement)", r"bien à (?:vous|toi)", "merci", "(?:avec )?mes"),
    *(
        "salutations",
        "bonne (?:journée|réception|fin)",
        "envoyé",
        "sent from",
        "(?:kind |best |warm )?regards",
    ),
    *("best", "thanks", "thank you", "sincerely", "yours", "cheers", "mit freundlichen", "freundliche"),
    *("grüsse", "grüße", "met vriendelijke", "cordiali", "saluti", "saludos"),
)
CLOSING = re.compile(r"^\W{0,2}(?:-- ?$|(?:" + "|".join(_CLOSINGS) + r")\b)", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n\s*\n")

REASONS = ("empty", "command", "refusal", "receipt", "absence", "too_quick", "ours", "another_mail", "unsure")
"""Why a reply is held; the notifier and the page have words for each."""
QUIET = frozenset({"receipt", "absence", "too_quick"})
"""Those of machines: what they answer is told once, else two machines would write to each other for ever."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`text` is the answer, or the reason of a refusal. `refer_to` is a library, as it was written. `held`:
    one of REASONS, where it is for a person to say what was meant."""

    deed: ReplyKind
    text: str
    sources: tuple[str, ...] = ()
    effort: int | None = None
    refer_to: str | None = None
    held: str = ""


def read_reply(text: str, subject: str = "") -> Reply:
    """`text` without the quote (`quoting.written_in`)."""
    lines = text.strip().split("\n")
    if command := message_command(lines) or _command(lines) or _command_below_greeting(lines):
        return command
    if not text.strip():
        return Reply(ReplyKind.ANSWER, "")
    if why := _why_held(lines, subject):
        return Reply(ReplyKind.ANSWER, text.strip(), held=why)
    return _answer(lines)


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
            return _with_text(command.deed, [found["rest"] or "", *below])
        if command.follows is Follows.NOTHING and not found["rest"] and is_signature(below):
            return Reply(command.deed, "")
        return Reply(ReplyKind.ANSWER, whole, held="command")
    return None


def message_command(lines: list[str]) -> Reply | None:
    """QUESTION or CORRECTION with its text below; SPAM with nothing."""
    written = [line for line in lines if line.strip()]
    word = written[0].strip(" *:.") if written else ""
    below = lines[lines.index(written[0]) + 1 :] if written else []
    if word == "SPAM" and is_signature(below):
        return Reply(ReplyKind.SPAM, "")
    if word not in MESSAGES:
        return None
    text = "\n".join(below).strip()
    if not text:
        return Reply(ReplyKind.ANSWER, "\n".join(lines).strip(), held="command")
    if MESSAGES[word] is ReplyKind.CORRECT:
        return replace(_answer(below), deed=ReplyKind.CORRECT)
    return Reply(MESSAGES[word], text)


def _with_text(deed: ReplyKind, lines: list[str]) -> Reply:
    referred = next((found for line in lines if (found := REFER.match(line))), None)
    reason = "\n".join(lines).strip()
    return Reply(deed, reason, refer_to=referred["partner"].strip() if referred else None)


def is_signature(lines: list[str]) -> bool:
    """Nothing, a closing formula with what stands below it, or names alone."""
    written = [line.strip() for line in lines if line.strip()]
    if not written or CLOSING.match(written[0]):
        return True
    return len(written) <= 4 and all(_is_name(line) for line in written)


def _is_name(line: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", line) if len(word) > 3]
    return bool(words) and len(line.split()) <= 6 and all(word[0].isupper() for word in words)


def _why_held(lines: list[str], subject: str) -> str:
    matter = _matter(lines)
    bare = bare_subject(subject)
    ours = bool(OUR_SUBJECT.match(bare))
    if not ours and (ABSENT.match(bare) or ABSENT_SUBJECT.match(bare)):
        return "absence"
    if TICKET.search(subject):
        return "receipt"
    first = " ".join(SENTENCE_END.split(matter, maxsplit=1)[0].split())[:300]
    if len(matter) <= SHORT_NOTICE and ABSENCE.search(first):
        return "absence"
    if len(matter) <= SHORT_NOTICE and RECEIPT.search(first):
        return "receipt"
    if len(matter) <= SHORT_REFUSAL and REFUSAL.search(" ".join(matter.split())):
        return "refusal"
    return ""


def _matter(lines: list[str]) -> str:
    """Without a greeting."""
    written = next((number for number, line in enumerate(lines) if line.strip()), 0)
    begin = written + 1 if GREETING.match(lines[written].strip()) else written
    return "\n".join(lines[begin:]).strip()


def _command_below_greeting(lines: list[str]) -> Reply | None:
    """By itself it is one; with a reason it may be, which its library shall say."""
    matter = _matter(lines)
    if matter == "\n".join(lines).strip():
        return None
    first, *below = matter.split("\n")
    for command, pattern in COMMAND_LINES:
        found = pattern.match(first.strip())
        if found is None or found["loose"]:
            continue
        if not found["rest"] and is_signature(below):
            return Reply(command.deed, "")
        if found["rest"] and len(matter) <= SHORT_REFUSAL:
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
