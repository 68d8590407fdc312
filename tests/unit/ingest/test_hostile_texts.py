"""Texts written to keep us busy: the work grows with a text's length, not with its square."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial

import pytest

from services.contracts.links.wall import Wall
from services.ingest.domain.mail.bounces import ADDRESS, CODE, ORIGINAL, RECIPIENT
from services.ingest.domain.mime.html_text import html_to_text
from services.ingest.domain.mime.text_of_mail import unflow
from services.ingest.domain.replies.folding import reply_above_quote
from services.ingest.domain.replies.quoting import written_in
from services.ingest.domain.replies.reading import read_reply
from services.notifier.domain.personal_data import marks
from tests.support.notifier_outgoing import QUESTION
from tests.support.our_mails import KEYS, REPLY_BOX, URL, memory_of, our_mail

LETTERS = 10_000
PROCESSOR_SECONDS = 1
"""For one text: none takes a tenth where nothing else runs; a square would take many."""

PIECES = (
    *(
        "a",
        "@",
        "-",
        "a@",
        "a@a.",
        "<",
        "<a@",
        "(",
        "- ",
        "_ ",
        " ",
        "\n",
        "> ",
        ">\n",
        "a \n",
        "\na",
        "1 ",
        "re:",
    ),
    *("le 3 mars 2026\n", "a@b.fr 2026\n2026:\n", "-----\n", "From: a@a\nDate: 1\n", "Sent from my a\n"),
    *("@a <", "jan", "http://", "[", "0612345678", "1 rue ", "sources:\n", "- a\n"),
)
BEGINNINGS = (
    "",
    "From: ",
    "hello\n\nFrom: x\nDate: 1\nSubject: ",
    "-----original message ",
    "a\n\nSources:\n",
    "Re",
)
TEXTS = [(beginning + piece * LETTERS)[:LETTERS] + "a" for beginning in BEGINNINGS for piece in PIECES]

HTML_PIECES = (
    *(
        "<a ",
        "</a",
        "<!--",
        "<![CDATA[",
        "<?",
        "<!",
        "&#1",
        "&a",
        "<a b='",
        '<a b="',
        "<a =",
        "<a b=c ",
        "<script>",
        "<pre>",
    ),
    *(
        "a<b>",
        "<p>",
        "<li>",
        "</td>",
        "<a href=http://a>",
        "<a href='http://a'></a>",
        "<blockquote>",
        "<pre>\n</pre>",
        "--",
    ),
    *("</td></td><a href='http://a/'></a>", "<style><", "</style", "<br>", "<svg>", "=", "'", '"'),
)
TEXTS += [
    (beginning + piece * LETTERS)[:LETTERS]
    for beginning in ("", "<pre>", "http://a ")
    for piece in HTML_PIECES
]

WALL = Wall(KEYS, REPLY_BOX, URL)

READERS: dict[str, Callable[[str], object]] = {
    "the reply above the quote": reply_above_quote,
    "the action of a reply": read_reply,
    "a reply to a mail of ours": partial(written_in, memory=memory_of(our_mail("assigned"))),
    "what of ours stands in a text": lambda text: WALL.why_not((text,), QUESTION, note="a b c d e f"),
    "flowed text": partial(unflow, delete_space=False),
    "addresses of a bounce": lambda text: [
        pattern.findall(text) for pattern in (ADDRESS, CODE, ORIGINAL, RECIPIENT)
    ],
    "personal places": marks,
    "HTML": html_to_text,
}


@pytest.mark.parametrize("reader", READERS)
def test_no_text_keeps_us_busy(reader: str) -> None:
    action = f"""
import signal
from {__name__} import PROCESSOR_SECONDS, READERS, TEXTS
for number, text in enumerate(TEXTS):
    print(number, repr(text[:100]), flush=True)
    signal.setitimer(signal.ITIMER_PROF, PROCESSOR_SECONDS)
    READERS[{reader!r}](text)
    signal.setitimer(signal.ITIMER_PROF, 0)
"""
    done = subprocess.run([sys.executable, "-c", action], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout.splitlines()[-1:], done.stderr[-2000:])
