"""A text with a few marks is set as its writer meant it, says the same in plain words, and can do no harm."""

from __future__ import annotations

import os
import re
import time
from html.parser import HTMLParser

import pytest

from services.chassis.language.commonmark import LONGEST, html_of, marked, plain_of, plain_words

TAGS = {"p", "ul", "ol", "li", "em", "strong", "h3", "h4", "a", "blockquote", "br"}
TYPED = """# Le phare

Bonjour, *voici* **deux** pistes :

- [Gallica](https://gallica.example/a_b_c)
- les archives
  1. série M
  2. série N

> cité

Écrire à [nous](mailto:bm@lyon.example)
ou voir https://exemple.example/_a_."""
SET = """<h3>Le phare</h3>
<p>Bonjour, <em>voici</em> <strong>deux</strong> pistes\u00a0:</p>
<ul>
<li><a href="https://gallica.example/a_b_c">Gallica</a></li>
<li>les archives<ol>
<li>série M</li>
<li>série N</li>
</ol>
</li>
</ul>
<blockquote>
<p>cité</p>
</blockquote>
<p>Écrire à <a href="mailto:bm@lyon.example">nous</a><br>
ou voir <a href="https://exemple.example/_a">https://exemple.example/_a</a>_.</p>
"""
SAID = """Le phare

Bonjour, voici deux pistes :

- Gallica (https://gallica.example/a_b_c)
- les archives
  1. série M
  2. série N

> cité

Écrire à nous (bm@lyon.example)
ou voir https://exemple.example/_a_."""


def test_a_text_with_marks_is_set_as_it_was_meant() -> None:
    assert html_of(TYPED) == SET


def test_it_says_the_same_in_plain_words() -> None:
    assert plain_of(TYPED) == SAID


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("<https://gallica.example/x>", "https://gallica.example/x"),
        ("(voir https://a.example/b_(c)).", "(voir https://a.example/b_(c))."),
        ("2 * 3 * 4, C:\\temp, a_b_c, AT&amp;T", "2 * 3 * 4, C:\\temp, a_b_c, AT&amp;T"),
        ("1986. L'année\n1987. La suite", "1986. L'année\n1987. La suite"),
        ("-- \nAmel", "--\nAmel"),
        ("a\n---\n***\n\n    code\n```\nx\n```", "a\n---\n***\n\ncode\n```\nx\n```"),
        ("- a\n\n  b\n- c", "- a\n\n  b\n\n- c"),
        ("[](https://a.example)", "https://a.example"),
        ("[a [b](http://b.example) c](http://c.example)", "[a b (http://b.example) c](http://c.example)"),
        ("![x](https://a.example/i.png)", "!x (https://a.example/i.png)"),
        ("[x]: https://a.example", "[x]: https://a.example"),
        ("#", "#"),
    ],
)
def test_what_is_no_mark_stays_as_it_was_typed(typed: str, said: str) -> None:
    assert plain_of(typed) == said


@pytest.mark.parametrize(
    "typed", ["* un _deux_", "1. un", "# un", "    un", "> un", "[x](https://a.example)"]
)
def test_a_plain_text_has_no_marks(typed: str) -> None:
    assert (plain_words(typed, "plain"), marked(typed, "plain")) == (typed, None)


HOSTILE = (
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\\script:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x) [x](//a.example) [x](/q/token) [x](file:///etc/passwd)",
    "<javascript:alert(1)> <data:text/html,x>",
    "<script>alert(1)</script> <img src=x onerror=alert(1)>",
    '[x](https://a.example/"onmouseover="alert(1))',
    "[x](<https://a.example/ onclick=alert(1)>)",
    "[x](https://a.example 'title\" onclick=\"alert(1)')",
    "![x](javascript:alert(1)) ![x](https://a.example/pixel.gif)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "&lt;script&gt; &#60;b&#62;",
    "**[<b>](https://a.example/<b>)**",
    "https://a.example/<script>",
    "```html\n<script>\n```",
    "\u202e[x](https://a.example/\u202e) \u2066",
    ">" * 60 + " deep",
    "- " * 60 + "deep",
)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("typed", [TYPED, *HOSTILE])
def test_nothing_but_these_tags_and_safe_addresses_is_ever_written(typed: str) -> None:
    tags = Tags()
    tags.feed(str(html_of(typed)))
    for tag, attributes in tags.seen:
        assert tag in TAGS, tag
        allowed = {"a": {"href"}, "ol": {"start"}}.get(tag, set())
        assert {name for name, _ in attributes} <= allowed
        assert all(
            re.match(r"https?://|mailto:|\d+\Z", value or "", re.IGNORECASE) for _, value in attributes
        )


@pytest.mark.parametrize("typed", HOSTILE)
def test_no_letter_that_was_typed_is_lost(typed: str) -> None:
    tags = Tags()
    tags.feed(str(html_of(typed)))
    letters = sorted(set(re.findall(r"\w{3,}", plain_of(typed))) - {"https", "example"})
    assert [word for word in letters if word not in str(html_of(typed))] == []


PIECES = (
    "[",
    "![",
    "](",
    "*",
    "*a **b ",
    "_a*",
    "> ",
    "- ",
    "`",
    "<",
    "\\[",
    "&#",
    "[a](<b",
    "https://a)",
    "1. \n",
)


@pytest.mark.parametrize("piece", PIECES)
def test_no_text_keeps_the_reader_busy(piece: str) -> None:
    """A contract's longest text, and a megabyte of it in the long runs; a square would take minutes."""
    letters = 1_000_000 if "SESAME_TEST_FUZZ" in os.environ else 50_000
    text = (piece * (letters // len(piece) + 1))[:letters]
    before = time.process_time()
    html_of(text), plain_of(text)
    assert time.process_time() - before < 20


def test_the_deepest_and_the_longest_texts_are_read_to_their_end() -> None:
    for text in (
        "[a " * 9_000 + "](https://a.example)" * 100 + " end",
        "*" * 40_000 + "end",
        "x\n" * LONGEST + "end",
    ):
        assert "end" in html_of(text)
        assert plain_of(text).endswith("end")
