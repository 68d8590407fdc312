"""Rows of another help desk's export, checked before anything is kept."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from devtools.checkout import ROOT
from services.notifier.commands.moving_in import KNOWN, rows_of
from services.notifier.domain.archive.mapping import BadMapping, ExportMapping, text_of
from services.notifier.domain.archive.past_answers import PastAnswer, RowFault, RowReader

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


def test_a_line_that_is_no_json_is_told_by_its_number(tmp_path: Any) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(f"{json.dumps(ROW)}\n\n[1]\n{{broken\n")
    assert [(line, isinstance(row, RowFault)) for line, row in rows_of(file)] == [
        (1, False),
        (3, True),
        (4, True),
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
    ],
)
def test_html_of_an_export_is_read_as_text(html: str, text: str) -> None:
    assert text_of(html) == text
