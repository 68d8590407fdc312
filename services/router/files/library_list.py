"""The French ministry of Culture's open list of public libraries, as partners.

A semicolon-separated file with one library a line, known by its column `Code_bib`. Every library is taken;
what its line lacks or gets wrong is named as a fault, with what was made of it. Slots and mail addresses
are not in the list: office hours and a queue of its own stand until the library says better.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.router.domain.gazetteer import REGIONS
from services.router.domain.territory import departments_of

MARK = "Code_bib"
SHUT = ("Lieu uniquement administratif", "Réserve de documents non ouverte au public")

Row = Mapping[str, str]


def is_library_list(header: str) -> bool:
    return MARK in header and ";" in header


def read_list(text: str) -> Iterator[tuple[int, dict[str, Any], list[str]]]:
    """Line, record of a partner, faults of that line."""
    rows = csv.DictReader(text.splitlines(), delimiter=";")
    for row in rows:
        faults: list[str] = []
        named = {(column or "").strip(): cell for column, cell in row.items()}
        yield rows.line_num, _record(named, rows.line_num, faults), faults


def _record(row: Row, line: int, faults: list[str]) -> dict[str, Any]:
    name = _identifier(row, line, faults)
    record: dict[str, Any] = {
        "id": name,
        "name": _name(row, faults),
        "kind": row.get("Statut") or "Bibliothèque",
        "territories": _territories(row, faults),
        "reach": {"way": "queue", "address": f"partner.{name}"},
    }
    if region := _whole(row.get("Code région")):
        record["region"] = region.zfill(2)
    if row.get("Type adresse") in SHUT:
        faults.append(f"{row['Type adresse']}: takes no questions")
        record["capacity_per_week"] = 0
    elif not row.get("Amplitude horaire"):
        faults.append("Amplitude horaire is blank: taken to keep office hours")
    return record


def _identifier(row: Row, line: int, faults: list[str]) -> str:
    code = _whole(row.get(MARK))
    if code:
        return f"bib-{code}"
    faults.append(f"{MARK} is blank: called bib-line-{line}")
    return f"bib-line-{line}"


def _name(row: Row, faults: list[str]) -> str:
    name, town = (" ".join((row.get(column) or "").split()) for column in ("Nom de l'établissement", "Ville"))
    if not name:
        faults.append("Nom de l'établissement is blank: called Bibliothèque")
    return f"{_cased(name) or 'Bibliothèque'}, {_cased(town)}" if town else _cased(name) or "Bibliothèque"


def _cased(name: str) -> str:
    """What was written in capitals throughout, in ordinary case."""
    return name.title() if name.isupper() and len(name) > 4 else name


def _territories(row: Row, faults: list[str]) -> list[str]:
    """Its postcode and its département; where the two disagree, both."""
    postcode, code = (row.get("CP") or "").strip(), _department(row)
    found = {f"postcode:{postcode}"} if re.fullmatch(r"\d{5}", postcode) else set()
    if not found:
        faults.append(f'CP is "{postcode}": known by its département alone')
    departments = departments_of(postcode)
    if code and departments and code not in departments:
        faults.append(f"CP {postcode} does not lie in département {code}: serves both")
    if not code:
        faults.append(f"Code département is blank: taken from CP, {' '.join(departments) or 'none'}")
    return sorted(found | set(departments if not code else ()) | ({code} if code else set()))


def _department(row: Row) -> str | None:
    code = (row.get("Code département") or "").strip()
    return code if code in REGIONS else None


def _whole(text: str | None) -> str:
    """A number that was written as a float: `11.0` is 11."""
    return re.sub(r"\.0+$", "", (text or "").strip())
