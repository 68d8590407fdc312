"""What a mail may be made of before a parser sees it: looked at as bytes, each of them once or twice.

Python's parser takes the square of a header's length and of the depth of parts in parts. People's mail has
some kilobytes of headers, most of it from relays; what has more was made to keep somebody busy, or is so odd
that a person should look."""

import re

MOST_HEADERS = 100_000
"""Bytes of all headers of the mail itself."""
LONGEST_HEADER = 10_000
"""Bytes of one header that is read. Relays write longer ones, which nobody here looks at."""
MOST_OF_LONG_ONES = 100_000
"""Bytes of all headers of parts that are longer than anybody's."""
LONG = 1_000
LONGEST_LIST = 60_000
"""Bytes of one that names recipients, or the mails before it: a mail to a thousand people has such."""
MOST_BOUNDARIES = 20_000
"""Lines that may begin a part."""
MOST_GROUPS = 3_000
"""Paragraphs of a report that a mail did not arrive: one for each recipient of it."""
MOST_COMPARISONS = 3_000_000
"""Of lines with the boundaries of parts in parts: less than a second of them. Large mails have more time."""

END_OF_HEADERS = re.compile(rb"\r?\n\r?\n|\r\r")
_FOLDED = rb"[^\r\n]*+(?:\r?\n[ \t][^\r\n]*+)*+"
READ = re.compile(
    rb"^(?:from|sender|reply-to|subject|date|message-id|return-path|auto-submitted|precedence|list-id"
    rb"|content-[a-z-]{1,40}+)[ \t]*+:" + _FOLDED,
    re.IGNORECASE | re.MULTILINE,
)
LISTS = re.compile(
    rb"^(?:to|cc|delivered-to|x-original-to|envelope-to|resent-to|references|in-reply-to|x-failed-recipients)"
    rb"[ \t]*+:" + _FOLDED,
    re.IGNORECASE | re.MULTILINE,
)
CONTENT = re.compile(rb"^content-[a-z-]{1,40}+[ \t]*+:" + _FOLDED, re.IGNORECASE | re.MULTILINE)
REPORT = re.compile(rb"^content-type[ \t]*+:[ \t]*+message/delivery-status", re.IGNORECASE | re.MULTILINE)
BOUNDARY = re.compile(rb"boundary[ \t]*+\*?0?\*?[ \t]*+=", re.IGNORECASE)
DELIMITER = re.compile(rb"^--[^\s]", re.MULTILINE)


def why_not_parsed(raw: bytes) -> str | None:
    """Why this mail is for a person alone, in words; None when a parser may see it."""
    end = END_OF_HEADERS.search(raw)
    length = end.start() if end else len(raw)
    if length > MOST_HEADERS and _is_header(raw):
        return f"{length} bytes of headers; {MOST_HEADERS} at most"
    head = raw[:length]
    if longest := _longest(READ, head, LONGEST_HEADER):
        return longest
    if longest := _longest(LISTS, head, LONGEST_LIST) or _longest(CONTENT, raw, LONGEST_HEADER):
        return longest
    if REPORT.search(raw) and (groups := raw.count(b"\n\n") + raw.count(b"\r\n\r\n")) > MOST_GROUPS:
        return f"a report of {groups} paragraphs; {MOST_GROUPS} at most"
    return _why_too_many_parts(raw)


def _is_header(raw: bytes) -> bool:
    """What begins with no header at all is a text without any."""
    return re.match(rb"[\x21-\x39\x3b-\x7e]{1,100}[ \t]{0,9}:|From ", raw) is not None


def _longest(headers: re.Pattern[bytes], raw: bytes, most: int) -> str | None:
    for found in headers.finditer(raw):
        if found.end() - found.start() > most:
            name = found.group()[:40].partition(b":")[0].decode("ascii", "replace").strip()
            return f"header {name} has {found.end() - found.start()} bytes; {most} at most"
    return None


def _why_too_many_parts(raw: bytes) -> str | None:
    parts = sum(1 for _ in DELIMITER.finditer(raw))
    if parts > MOST_BOUNDARIES:
        return f"{parts} lines that may begin a part; {MOST_BOUNDARIES} at most"
    spans = (found.end() - found.start() for found in CONTENT.finditer(raw))
    if (long := sum(span for span in spans if span > LONG)) > MOST_OF_LONG_ONES:
        return f"{long} bytes of long headers in its parts; {MOST_OF_LONG_ONES} at most"
    declared = sum(len(BOUNDARY.findall(found.group())) for found in CONTENT.finditer(raw))
    lines = raw.count(b"\n") + 1
    if declared * lines > MOST_COMPARISONS + len(raw) // 10:
        return f"{declared} boundaries of parts for {lines} lines: parts in parts in parts"
    return None
