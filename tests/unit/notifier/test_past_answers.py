"""Rows of another help desk's export, checked before anything is kept."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from devtools.checkout import ROOT
from services.notifier.commands.export_rows import rows_of
from services.notifier.commands.moving_in import KNOWN, ExportRead
from services.notifier.domain.archive.html_words import text_of
from services.notifier.domain.archive.mapping import BadMapping, ExportMapping
from services.notifier.domain.archive.past_answers import PastAnswer, RowFault, RowReader
from services.notifier.domain.personal_data import marks, masked

NOW = datetime(2026, 11, 27, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
EXAMPLES = ROOT / "examples" / "moving-in"
ROW = {"id": "7", "asked_at": "2014-03-31", "library": "bpi", "question": "Où lire ?", "answer": "Ici."}


def read(row: dict[str, Any], date_format: str = "") -> PastAnswer | list[RowFault]:
    return RowReader(KNOWN, "Old desk", PARIS, NOW, date_format).read(3, row)


def test_a_row_with_what_is_needed_is_taken_in_the_networks_time() -> None:
    past = read(ROW)
    assert isinstance(past, PastAnswer)
    assert past.asked_at == past.answered_at == datetime(2014, 3, 30, 22, 0, tzinfo=UTC)
    assert (past.subject, past.sources, past.public, past.channel) == (None, (), True, "earlier")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"id": " "}, "line 3: id '' is empty; every row needs id, asked_at"),
        ({"asked_at": "31/03/2014"}, "line 3: asked_at '31/03/2014' is no moment; as 2014-03-31"),
        ({"asked_at": "2031-01-01"}, "line 3: asked_at '2031-01-01' must lie between 1990 and now"),
        ({"library": "Bpi Paris"}, "line 3: library 'Bpi Paris' is no id of a library"),
        ({"subject": "cuisine"}, "line 3: subject 'cuisine' is no theme; empty or one of arts"),
        ({"channel": "fax"}, "line 3: channel 'fax' is not known; empty or one of api"),
        ({"language": "klingon?"}, "line 3: language 'klingon?' is no language"),
        ({"publish": "perhaps"}, "line 3: publish 'perhaps' must be yes or no"),
        ({"answer": "x" * 50_001}, "has more than 50,000 characters"),
        ({"sources": 7}, "line 3: sources '7' must be a list"),
    ],
)
def test_a_fault_names_line_field_value_and_fix(changed: dict[str, Any], told: str) -> None:
    faults = read({**ROW, **changed})
    assert isinstance(faults, list)
    assert any(told in str(fault) for fault in faults)


def test_all_faults_of_a_row_are_told_at_once() -> None:
    faults = read({**ROW, "question": "", "subject": "x", "publish": "?"})
    assert isinstance(faults, list)
    assert [fault.field for fault in faults] == ["question", "subject", "publish"]


def test_the_same_row_of_the_same_source_is_the_same_entry() -> None:
    one, again = read(ROW), read({**ROW, "answer": "Là."})
    assert isinstance(one, PastAnswer)
    assert isinstance(again, PastAnswer)
    assert one.id == again.id


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        (
            "zammad",
            "jsonl",
            ("31001", "bpi", "Bonjour,\n\nOù se trouvaient les moulins de la Bièvre ?", "mail"),
        ),
        (
            "libanswers",
            "csv",
            ("5501", "bpi", "Horaires des marées\n\nOù trouver les horaires de 1912 à Saint-Malo ?", "mail"),
        ),
    ],
)
def test_exports_of_other_desks_are_read_by_their_mapping(
    name: str, kind: str, expected: tuple[str, ...]
) -> None:
    mapping = ExportMapping.of(tomllib.loads((EXAMPLES / f"{name}.toml").read_text()))
    reader = RowReader(KNOWN, name, PARIS, NOW, mapping.date_format, mapping.names)
    line, row = next(rows_of(EXAMPLES / f"{name}.{kind}"))
    assert isinstance(row, dict)
    past = reader.read(line, mapping.row(row))
    assert isinstance(past, PastAnswer), past
    assert (past.number, past.partner, past.question, past.channel) == expected
    assert "charge" not in past.answer
    assert past.partner_name.startswith("Bibliothèque publique")


def test_our_own_form_is_read_without_a_mapping() -> None:
    reader = RowReader(KNOWN, "x", PARIS, NOW)
    read = [reader.read(line, row) for line, row in rows_of(EXAMPLES / "sesame.csv") if isinstance(row, dict)]
    assert [(one.line, one.public, len(one.sources)) for one in read if isinstance(one, PastAnswer)] == [
        (2, True, 2),
        (4, False, 0),
    ]


HEAD = "id,asked_at,library,question,answer"
SAID = '7,2014-03-31,bpi,"Où lire ?\nMerci",À côté.'


@pytest.mark.parametrize(
    ("ending", "text", "encoding"),
    [
        ("csv", f"{HEAD}\n{SAID}\n", "utf-8"),
        ("csv", f"{HEAD}\r\n{SAID}\r\n,,,,\r\n", "utf-8-sig"),
        ("csv", f"{HEAD}\n{SAID}\n".replace(",", ";"), "cp1252"),
        ("tsv", f"{HEAD}\n{SAID}\n".replace(",", "\t"), "utf-16"),
        ("txt", f"{HEAD.title().replace(',', ' , ')}\n{SAID}\n", "utf-8"),
        ("jsonl", json.dumps({**ROW, "question": "Où lire ?\nMerci", "answer": "À côté."}), "utf-8"),
        ("csv", f"sep=;\r\n{HEAD}\r\n{SAID}\r\n".replace(",", ";"), "utf-8"),
        ("csv", f"\n;;;\n{HEAD}\n{SAID}\n".replace(",", ";"), "utf-8-sig"),
        ("csv", f"sep=|\n\n{HEAD}\n{SAID}\n".replace(",", "|"), "utf-16"),
    ],
)
def test_a_table_is_read_as_spreadsheets_write_it(
    tmp_path: Path, ending: str, text: str, encoding: str
) -> None:
    file = tmp_path / f"rows.{ending}"
    file.write_bytes(text.encode(encoding))
    said = encoding if encoding == "cp1252" else ""
    [(_, row)] = rows_of(file, said)
    assert isinstance(row, dict)
    past = read(ExportMapping().row(row))
    assert isinstance(past, PastAnswer)
    assert (past.question, past.answer) == ("Où lire ?\nMerci", "À côté.")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ('1,2014-01-01,bpi,"Où "est" né ?",Là', "line 2: row '' up to line 2 is no CSV"),
        (f'1,2014-01-01,bpi,"Où ?,Là\n{SAID}', "line 2: row '' up to line 3 is no CSV"),
        ("1,2014-01-01,bpi,Où,Là,Ici", "line 2: row 'Ici' has more fields than the first line"),
        ("1,2014-01-01,bpi,Où", "line 2: row 'Où' has fewer fields than the first line, no answer; a quot"),
        (f"{SAID}\n1,2014-01-01,bpi,Où,Là\n\net plus loin", "line 4: row '' is cut: what stands in line 6"),
        (f"{SAID}\n1,2014-01-01,bpi,Où,Là\net là, plus loin", "line 4: row '' is cut: what stands in line 5"),
        (f'{SAID}\n1,2014-01-01,bpi,Où,Là\n2,"et" là', "line 4: row '' is cut: what stands in line 5"),
    ],
)
def test_a_row_that_is_no_csv_is_told_by_its_line(tmp_path: Path, rows: str, told: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(f"{HEAD}\n{rows}\n")
    assert any(str(row).startswith(told) for _, row in rows_of(file)), [str(row) for _, row in rows_of(file)]


def test_a_text_cut_by_a_line_within_it_is_never_public(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(
        f"{HEAD},publish\n7,2014-03-31,bpi,Où,Ici\nou là,no\n8,2014-03-31,bpi,Où,Là,no\n".replace(",", ";")
    )
    rows = list(rows_of(file))
    assert [(line, isinstance(row, RowFault)) for line, row in rows] == [(2, True), (3, True), (4, False)]


@pytest.mark.parametrize("said", ["utf-8", "utf-8-sig", ""])
def test_a_mark_is_no_part_of_the_first_name_and_faults_name_the_files_own_lines(
    tmp_path: Path, said: str
) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(f"\n{HEAD}\n{SAID}\n{SAID},x\n".encode("utf-8-sig"))
    [(first, row), (second, fault)] = rows_of(file, said)
    assert isinstance(row, dict)
    assert (first, row["id"], second, isinstance(fault, RowFault)) == (3, "7", 5, True)


@pytest.mark.parametrize(
    ("content", "said", "told"),
    [
        (f"{HEAD}\n{SAID}".encode("utf-16-le"), "", "without its mark; say so: --encoding utf-16-le"),
        (f"{HEAD}\n{SAID}".encode("utf-16-be"), "cp1252", "without its mark; say so: --encoding utf-16-be"),
        (f"{HEAD}\n{SAID}".encode("utf-8-sig"), "cp1252", "the mark of UTF-8; leave out --encoding cp1252"),
    ],
)
def test_what_the_file_itself_says_of_its_encoding_is_told(
    tmp_path: Path, content: bytes, said: str, told: str
) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=told):
        list(rows_of(file, said))


def test_a_field_named_twice_in_small_letters_and_capitals_is_seen() -> None:
    assert ExportMapping().twin({"id": "1", "ID": "2"}) == "id"
    assert ExportMapping().twin({"Note": "1", "note": "2", "id": "3"}) == ""
    assert ExportMapping.of({"fields": {"id": "ID"}}).twin({"id": "1", "ID": "2"}) == ""


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (f"{HEAD}\n7,2014-03-31,bpi,Où,Là".encode("cp1252"), "line 2: byte 0xf9 is not UTF-8; .*cp1252"),
        (b"PK\x03\x04\x14\x00\xff", "is a spreadsheet; save it as CSV"),
        (f"id,{HEAD}\n1,{SAID}".encode(), "column 'id' stands twice"),
    ],
)
def test_a_file_that_cannot_be_read_says_how_to_write_it(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=told):
        list(rows_of(file))


def test_a_text_that_is_none_is_refused_and_half_a_letter_kept_as_unreadable() -> None:
    faults = read({**ROW, "question": ["Où lire ?"]})
    assert isinstance(faults, list)
    assert [str(fault) for fault in faults] == ["line 3: question \"['Où lire ?']\" must be a text"]
    past = read({**ROW, "question": "Où\ud83d ? \ud83d\ude00", "subject": "Santé"})
    assert isinstance(past, PastAnswer)
    assert (past.question, past.subject) == ("Où\ufffd ? \U0001f600", "sante")


def test_a_line_that_is_no_json_is_told_by_its_number(tmp_path: Any) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(f'{json.dumps(ROW)}\n\n[1]\n{{broken\n{{"id": 1, "id": 2}}\n')
    assert [(line, isinstance(row, RowFault)) for line, row in rows_of(file)] == [
        (1, False),
        (3, True),
        (4, True),
        (5, True),
    ]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"fields": {"text": "Body"}}, "fields.text: no such field"),
        ({"fields": {"answer": {"list": "articles"}}}, "fields.answer: .* must be a column"),
        ({"columns": {}}, "'columns' is not known"),
    ],
)
def test_a_mapping_that_says_nothing_known_is_refused(told: dict[str, Any], why: str) -> None:
    with pytest.raises(BadMapping, match=why):
        ExportMapping.of(told)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Un &amp; deux</p><p>trois<br>quatre</p>", "Un & deux\n\ntrois\nquatre"),
        ("<style>p{}</style><div>a</div><script>x()</script>", "a"),
        ("3 &lt; 4, sans balise", "3 < 4, sans balise"),
        (
            "Voir <https://cat.example/a?b=1> ou <ada@mail.example><o:p></o:p>",
            "Voir <https://cat.example/a?b=1> ou <ada@mail.example>",
        ),
        ("<p>see <www.bnf.fr> ok <nom de l'auteur></p>", "see <www.bnf.fr> ok <nom de l'auteur>"),
        ("Un <jean@x.fr>\n\ndeux &amp; trois", "Un <jean@x.fr>\n\ndeux & trois"),
        ("Un <b>gras</b>\n\ndeux", "Un gras\n\ndeux"),
        ("<p>Titre <title>perdu</p><p>a", "Titre <title>perdu\n\na"),
        ("<p>a</p><style>b<p>c</p>", "a\n<style>b\n\nc"),
        ("<p>a <!-- b</p>c <script>d", "a <!-- b\nc <script>d"),
        ("<html><head><meta charset=utf-8><p>a</p>", "a"),
        ("<!DOCTYPE html><head><title>x</title></head><body class='y'>a<br/>b", "a\nb"),
        ("<p>si a<b et c>d, ou x < y, a<b", "si a<b et c>d, ou x < y, a<b"),
        ("<p>0<p et q>0 <code postal> <a priori> <Li Wei>", "0<p et q>0 <code postal> <a priori> <Li Wei>"),
        ("<p foo>a<br/ >b<hr\n/ >c</p >d", "a\nb\nc\nd"),
        ("<table><td width=3 valign>a<td class='x'nowrap>b<input type=text required><a name>c</a>", "a bc"),
        (
            "<p>un<img src=\"a\" alt='b>c'width=10% /><td nowrap>deux</td><!--[if mso]>x<![endif]--></p>",
            "un b>c deux",
        ),
        ('<![if !mso]><P CLASS=MsoNormal><st1:place w:st="on">Ici</st1:place></P><![endif]>', "Ici"),
        (
            "<p>Voir <a class=x href='https://gallica.bnf.fr/ark:/1?a=1&amp;b=2&copy=3'><b>l'acte</b></a>.</p>",
            "Voir l'acte (https://gallica.bnf.fr/ark:/1?a=1&b=2&copy=3).",
        ),
        ('<a href="http://x.example/a/">https://X.example/a</a>, là', "https://X.example/a, là"),
        ('<a href="https://www.x.example/">www.x.example</a>,', "https://www.x.example/,"),
        ('<a href="https://x.example/é_(b)">x.example/é_(b)</a>!', "https://x.example/é_(b)!"),
        ('<a href="https://x.example/%C3%A9_(b)">https://x.example/é_(b)</a>.', "https://x.example/é_(b)."),
        (
            '<a href=https://x.example/a><img src=1 alt="La B&eacute;ance"></a>',
            "La Béance (https://x.example/a)",
        ),
        ('<p>un<a href="https://x.example/a b"><img src=1></a></p>deux', "un https://x.example/a%20b\ndeux"),
        ('<a href="https://x.example"><p>un</p></a><p>deux', "un (https://x.example)\n\ndeux"),
        (
            '<a href="https://x.example">un <a href="https://y.example">deux',
            "un (https://x.example) deux (https://y.example)",
        ),
        (
            '<a href="mailto:a@b.example">elle</a>, <a href="javascript:f()">f</a>, <a href="data:,x">g</a>, '
            '<a href="/b">h</a>, <a href="//x.example">i</a>, <a title="href=https://x.example" name=k>j</a>',
            "elle, f, g, h, i, j",
        ),
        ("<b>&#" + "1" * 5000 + ";</b>", "&#" + "1" * 5000 + ";"),
    ],
)
def test_html_of_an_export_is_read_as_text(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize("begun", ["<!--", "<script>", "<style>", '<a x="y="', "<a href=https://x.example/>"])
def test_html_that_is_never_closed_is_read_once(begun: str) -> None:
    """Read again from each beginning, these would take minutes."""
    assert text_of("<p>un</p>" + begun * 50_000).startswith("un")


def test_what_looks_personal_is_seen_behind_and_in_a_link() -> None:
    html = '<a href="https://www.facebook.com/ada.lune">Elle</a>, <a href="https://x.example">ici</a>'
    answer = text_of(f"{html},<b>06 12 34 56 78</b><td>{html}</td><td>0612345678</td>")
    profile, number = "Elle ([…]), ici (https://x.example)", "[…]"
    assert masked(answer, marks(answer)) == f"{profile} ,{number} {profile} {number}"


def test_html_that_is_not_closed_is_told_by_its_line() -> None:
    read = ExportRead()
    for row in (ROW, {**ROW, "id": "8", "answer": text_of("<p>Titre <title>perdu")}):
        past = RowReader(KNOWN, "Old desk", PARIS, NOW).read(int(row["id"]), row)
        read.take(int(row["id"]), past)
    assert [note for note in read.notes(html=True) if "line 8 first" in note]
