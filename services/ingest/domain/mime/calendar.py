"""An invitation's words (iCalendar, RFC 5545): who asks "may we come on the 10th?" asks."""

import re

FOLD = re.compile(r"\r?\n[ \t]")
LINE = re.compile(r"^(?P<name>[A-Z-]{1,40})(?:;[^:\n]*+)?:(?P<value>[^\n]*+)$", re.MULTILINE | re.IGNORECASE)
SAID = ("SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT")
ESCAPES = {"\\n": "\n", "\\N": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}
ANSWERS = frozenset({"REPLY", "COUNTER", "REFRESH", "DECLINECOUNTER"})
MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
ESCAPED = re.compile(r"\\[nN,;\\]")


def words_of_calendar(text: str) -> tuple[str, str]:
    """(method in capitals, what its events say). Of an answer to an invitation only what its sender added."""
    method, said = "", list[tuple[str, str]]()
    for line in LINE.finditer(FOLD.sub("", text.replace("\r\n", "\n"))):
        name, value = line["name"].upper(), line["value"].strip()
        if name == "METHOD":
            method = value.upper()
        elif name == "DTSTART" and (moment := MOMENT.match(value)):
            said.append((name, " ".join(filter(None, ("-".join(moment.group(1, 2, 3)), _hour(moment))))))
        elif name in SAID and value:
            said.append((name, ESCAPED.sub(lambda found: ESCAPES[found.group()], value).strip()))
    if method in ANSWERS:
        said = [one for one in said if one[0] == "COMMENT"]
    return method, "\n\n".join(dict.fromkeys(value for _, value in said if value))


def _hour(moment: re.Match[str]) -> str:
    """As it stands there: in UTC where it says so."""
    if moment[4] is None:
        return ""
    return f"{moment[4]}:{moment[5]}{' UTC' if moment[6] else ''}"
