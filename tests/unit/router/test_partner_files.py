"""Partners in files: what is read, what is named as a fault, and the ministry's list of libraries."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.router.domain.hours.calendars import Closure, Slot
from services.router.domain.partner import Partner, PartnerRole, ReachedBy
from services.router.domain.partner_record import FaultyPartner, read_partner, write_partner
from services.router.files.partners import FaultyFile, read_file, to_csv, to_yaml

LEAST: dict[str, Any] = {"id": "dijon", "name": "Dijon", "reach": {"way": "mail", "address": "d@l.example"}}
FULL = Partner(
    id="dijon",
    name="Bibliothèque de Dijon",
    reach=ReachedBy("webhook", "https://dijon.example/sesame"),
    kind="municipal",
    email="questions@dijon.example",
    alert_email="alerte@dijon.example",
    languages=frozenset({"fr", "de"}),
    subjects={"histoire": 5, "arts": 2},
    territories=frozenset({"21", "region:27", "postcode:21000"}),
    capacity_per_week=12,
    hours={0: (Slot(600, 750), Slot(840, 1440)), 6: ()},
    time_zone="Europe/Brussels",
    country="BE",
    region="BE-WAL",
    closures=(
        Closure(date(2026, 12, 24), date(2027, 1, 2), "fêtes : fermé"),
        Closure(date(2026, 8, 1), date(2026, 8, 15)),
    ),
    role=PartnerRole.SPECIALIST,
    own_forms=("https://dijon.example/question",),
    own_addresses=("demande@dijon.example",),
)
COLUMNS = (
    "CP;Code_bib;Amplitude horaire;Nom de l'établissement;Code région;Code département;Ville"
    ";Statut;Type adresse "
)
LIST = f"""{COLUMNS}
21000;7.0;20.0;BIBLIOTHEQUE DU PORT;27.0;21;Dijon;Bibliothèque municipale;Bâtiment ouvert
;8.0;;Le Kiosque;27.0;21;Beaune;Bibliothèque municipale;Bâtiment ouvert
20200;;5.0;Biblioteca;94.0;;Bastia;Bibliothèque municipale;Bâtiment ouvert
71000;9.0;;Annexe;27.0;21;Mâcon;Bibliothèque municipale;Lieu uniquement administratif
"""


@pytest.mark.parametrize("ending", ["yaml", "csv"])
def test_a_partner_written_and_read_is_the_same(tmp_path: Path, ending: str) -> None:
    any_language = read_partner(LEAST | {"id": "nancy", "languages": []})
    partners = [FULL, read_partner(LEAST | {"id": "lyon"}), any_language]
    file = tmp_path / f"partners.{ending}"
    records = [write_partner(partner) for partner in partners]
    file.write_text(to_csv(records) if ending == "csv" else to_yaml(records), "utf-8")
    assert read_file(file) == (partners, [])


def test_what_is_by_default_is_not_written() -> None:
    assert write_partner(read_partner(LEAST)) == LEAST


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("id", "Dijon Port", 'try "dijon-port"'),
        ("territories", ["96"], "there is no département 96"),
        ("languages", ["french"], 'an ISO 639 code like "fr"'),
        ("subjects", {"histoire": 6}, "strength of histoire must be 1 to 5"),
        ("hours", {"lundi": ["10:00-12:00"]}, "must be one of mon, tue"),
        ("hours", {"mon": ["10:00-12:00", "11:00-13:00"]}, "overlap: 10:00-12:00 and 11:00-13:00"),
        ("hours", {"mon": ["12:00-10:00"]}, "must end after it starts"),
        ("closures", [{"first": "2026-12-24", "last": "2026-12-01"}], "before its first day"),
        ("capacity_per_week", "many", "a whole number of questions"),
        ("time_zone", "Paris", 'like "Europe/Paris"'),
        ("reach", {"way": "fax", "address": "1"}, "one of mail, queue, webhook"),
        ("role", "boss", "one of member, specialist, back-up, coordinator"),
        ("colour", "blue", "there is no field colour"),
    ],
)
def test_a_fault_names_the_value_and_the_fix(field: str, value: Any, said: str) -> None:
    with pytest.raises(FaultyPartner, match='partner "Dijon"') as caught:
        read_partner(LEAST | {field: value})
    assert said in str(caught.value)


def test_strengths_by_dewey_class_are_strengths_in_its_theme() -> None:
    assert read_partner(LEAST | {"subjects": {"944": 4, "910": 2, "780": 3}}).subjects == {
        "histoire": 4,
        "geographie-voyages": 2,
        "arts": 3,
    }


def test_every_library_of_the_list_is_taken_and_each_fault_named_by_line(tmp_path: Path) -> None:
    file = tmp_path / "libraries.csv"
    file.write_text(LIST, "utf-8")
    partners, faults = read_file(file)
    assert [partner.id for partner in partners] == ["bib-7", "bib-8", "bib-line-4", "bib-9"]
    assert [str(fault) for fault in faults] == [
        'line 3: CP is "": known by its département alone',
        "line 3: Amplitude horaire is blank: taken to keep office hours",
        "line 4: Code_bib is blank: called bib-line-4",
        "line 4: Code département is blank: taken from CP, 2B",
        "line 5: CP 71000 does not lie in département 21: serves both",
        "line 5: Lieu uniquement administratif: takes no questions",
    ]
    assert partners[0].name == "Bibliotheque Du Port, Dijon"
    assert partners[2].territories == {"2B", "postcode:20200"}
    assert partners[3].capacity_per_week == 0


def test_one_broken_cell_hides_no_other_fault_and_rows_are_named_by_their_first_line(tmp_path: Path) -> None:
    """As a spreadsheet in French writes it, with semicolons."""
    file = tmp_path / "partners.csv"
    file.write_text(
        "id;name;reach;hours;capacity_per_week\n"
        'tours;Tours;"{way: mail, address: t@l.example}";"{mon: [10:00-12:00";beaucoup\n'
        'lyon;"Lyon,\nPart-Dieu";"{way: mail, address: l@l.example}";;5\n'
        'nancy;Nancy;"{way: mail, address: n@l.example}";;5;6\n'
        'metz;Metz;"{way: mail, address: m@l.example}";;5\n'
    )
    partners, faults = read_file(file)
    assert [partner.id for partner in partners] == ["nancy", "metz"]
    assert [fault.line for fault in faults] == [2, 3, 5]
    hours, capacity = faults[0].text.split("; ")
    assert "hours map a weekday to slots" in hours
    assert capacity == "capacity_per_week must be a whole number of questions, not 'beaucoup'"
    assert faults[2].text == "more cells than there are columns: 6"


def test_a_list_item_that_is_no_partner_does_not_stop_the_others(tmp_path: Path) -> None:
    file = tmp_path / "partners.yaml"
    file.write_text("- a word\n" + to_yaml([LEAST]))
    partners, faults = read_file(file)
    assert [partner.id for partner in partners] == ["dijon"]
    assert str(faults[0]).startswith("line 1: a partner is a mapping of fields")


def test_a_file_that_is_no_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "partners.yaml"
    file.write_text(to_yaml([LEAST]) + "- [oops\n")
    with pytest.raises(FaultyFile, match=r"partners\.yaml, line \d+: .*nothing of the file was read"):
        read_file(file)
