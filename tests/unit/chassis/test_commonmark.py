"""A text with a few marks is set as its writer meant it, says the same in plain words, and can do no harm."""

from __future__ import annotations

import os
import re
import sys
import time
from html.parser import HTMLParser
from types import FrameType

import pytest

from services.chassis.language.commonmark import (
    LONGEST,
    MOST_LINES,
    MOST_SIGNS,
    SIGNS,
    html_of,
    marked,
    plain_of,
    plain_words,
)

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
<li><a href="https://gallica.example/a_b_c" rel="nofollow noopener">Gallica</a></li>
<li>les archives<ol>
<li>série M</li>
<li>série N</li>
</ol>
</li>
</ul>
<blockquote>
<p>cité</p>
</blockquote>
<p>Écrire à <a href="mailto:bm@lyon.example" rel="nofollow noopener">nous</a><br>
ou voir <a href="https://exemple.example/_a" rel="nofollow noopener">https://exemple.example/_a</a>_.</p>
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
        ("[a <http://b.example> c](http://c.example)", "a <http://b.example> c (http://c.example)"),
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
        allowed = {"a": {"href", "rel"}, "ol": {"start"}}.get(tag, set())
        assert {name for name, _ in attributes} <= allowed
        assert all(
            re.match(r"https?://|mailto:|\d+\Z|nofollow noopener\Z", value or "", re.IGNORECASE)
            for _, value in attributes
        )


@pytest.mark.parametrize("typed", HOSTILE)
def test_no_letter_that_was_typed_is_lost(typed: str) -> None:
    tags = Tags()
    tags.feed(str(html_of(typed)))
    letters = sorted(set(re.findall(r"\w{3,}", plain_of(typed))) - {"https", "example"})
    assert [word for word in letters if word not in str(html_of(typed))] == []


MOST_CALLS = 1_000_000
PIECES = (
    "[",
    "[*",
    "![",
    "*_",
    "<a",
    "` ",
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
    "- a\n",
    "> a\n\n",
    "- - - - - - - a\n",
    "> > > > > > > > a\nb\n",
)


@pytest.mark.parametrize("piece", PIECES)
def test_no_text_keeps_the_reader_busy(piece: str) -> None:
    """A contract's longest text, and a megabyte of it in the long runs; a square would take minutes."""
    letters = 1_000_000 if "SESAME_TEST_FUZZ" in os.environ else 50_000
    text = (piece * (letters // len(piece) + 1))[:letters]
    before = time.process_time()
    html_of(text), plain_of(text)
    assert time.process_time() - before < 20


def calls_of(text: str) -> int:
    """Calls that Python makes to set this text and to say it."""
    counted = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event == "call"

    sys.setprofile(count)
    try:
        html_of(text), plain_of(text)
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize("piece", PIECES)
def test_no_text_costs_more_than_a_tenth_of_a_second(piece: str) -> None:
    """An answer's longest text: all of it this piece, or as many as are still read. Counted are calls, for
    they are the same on any machine: a million are about a tenth of a second here."""
    most = min(MOST_LINES // max(piece.count("\n"), 1), MOST_SIGNS // max(sum(map(piece.count, SIGNS)), 1))
    for said in (piece * (50_000 // len(piece)), (piece * most)[:50_000]):
        assert calls_of(f"{said}.") < MOST_CALLS


def test_what_was_set_is_not_read_again() -> None:
    text = "- un *mot* de [Gallica](https://gallica.example)\n" * 200
    assert calls_of(text) > 5_000
    assert calls_of(text) < 100


@pytest.mark.parametrize("end", ["", "\nb\n" * 900])
def test_marks_make_no_text_twice_as_long(end: str) -> None:
    """A line that belongs to a quotation without saying so is quoted as deeply as the one before."""
    lazy = "> " * 8 + "a\n" + "b\n" * 1_900 + end
    assert plain_of(lazy) == lazy
    assert plain_of("> > a\nb") == "> > a\n> > b"


@pytest.mark.parametrize("typed", ["*mot* " * (MOST_SIGNS // 2 + 1), "*mot*\n" * (MOST_LINES + 1)])
def test_what_has_more_marks_than_anybody_writes_stays_as_it_was_typed(typed: str) -> None:
    assert plain_of(typed) == typed
    assert "<em>" not in html_of(typed)
    assert html_of(typed).count("*mot*") == typed.count("*mot*")
    assert plain_of(typed[: len(typed) // 3]).startswith("mot")


@pytest.mark.parametrize(
    ("label", "address"),
    [
        ("https://www.impots.example/compte", "https://evil.example/x"),
        ("Voir www.impots.example", "https://evil.example/x"),
        ("impots.**example**", "https://impots.example@evil.example/"),
        ("impots.example", "https://impots.example.evil.example/"),
        ("IMPOTS\u200b.example", "https://evil.example"),
        ("impots\uff0eexample", "https://evil.example"),
        ("mairie@lyon.example", "mailto:o.vaumont@evil.example"),
        ("<https://a.example> ou a.example", "https://evil.example"),
        ("https://a.example", "http://a.example.evil"),
    ],
)
def test_a_label_hides_no_other_address(label: str, address: str) -> None:
    shown = f"</a> ({address.removeprefix('mailto:')})"
    assert shown in html_of(f"[{label}]({address})")


@pytest.mark.parametrize(
    ("label", "address"),
    [
        ("la notice", "https://a.example/x"),
        ("www.bnf.example", "https://bnf.example/fr"),
        ("BNF.example", "https://www.bnf.example"),
        ("https://a.example/x", "https://a.example/x?y#z"),
        ("nous@bm.example", "mailto:nous@bm.example"),
        ("(http://a.example/)", "https://a.example"),
    ],
)
def test_an_honest_label_says_it_once(label: str, address: str) -> None:
    assert "</a></p>" in html_of(f"[{label}]({address})")


def test_the_deepest_and_the_longest_texts_are_read_to_their_end() -> None:
    for text in (
        "[a " * 9_000 + "](https://a.example)" * 100 + " end",
        "*" * 40_000 + "end",
        "x\n" * LONGEST + "end",
    ):
        assert "end" in html_of(text)
        assert plain_of(text).endswith("end")
