"""The plan of the house (docs/architecture.md), as far as no import rule can hold it."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from devtools.checkout import ROOT
from services.chassis.postgres.schema import files_of

STATEMENT = re.compile(r"\b(SELECT\s.+\sFROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b", re.DOTALL)
QUERIES_STAND_IN = ("store", "migrations", "chassis/postgres", "chassis/messaging")
THE_SERVERS_OWN = ("operations/backup/postgres.py",)
"""Asks PostgreSQL about itself, and no table of a service."""
SEALS = re.compile(r"(.+_)?(keys|secrets?|passwords?|tokens?)")
HOUSES = ("services", "operations", "devtools")
MOST_FILES, LONGEST_FILE, LONGEST_FUNCTION = 15, 300, 40
NUMBERED_TWICE = {"ingest/0014", "ingest/0025", "notifier/0032", "workspace/0004"}
"""From before each migration had a number of its own. A database knows them by their whole names: under
another one they would be brought in again. Nothing is added to this list."""


def python_files(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def named_types(module: ast.Module) -> Iterator[str]:
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            names = (target.id for target in node.targets if isinstance(target, ast.Name))
            yield from (name for name in names if re.fullmatch(r"[A-Z][a-z]\w*", name))


def test_a_class_name_means_one_thing_in_all_services() -> None:
    places = defaultdict(set)
    for path, module in python_files("services"):
        for name in named_types(module):
            places[name].add(path)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_queries_stand_in_a_store() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, module in python_files("services", "operations")
        if path not in THE_SERVERS_OWN and not any(f"/{place}/" in f"/{path}" for place in QUERIES_STAND_IN)
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.search(node.value)
    ]
    assert found == []


def test_what_an_engine_reads_holds_no_program() -> None:
    assert list(Path(ROOT / "deploy").rglob("*.py")) == []


def test_a_folder_is_read_at_one_look() -> None:
    files = (path for house in HOUSES for path in (ROOT / house).rglob("*.py"))
    counted = Counter(str(path.parent.relative_to(ROOT)) for path in files)
    assert {folder: count for folder, count in counted.items() if count > MOST_FILES} == {}


def test_what_opens_a_door_is_shown_by_no_repr() -> None:
    """A log, a traceback or an assertion shows whatever an object says of itself."""
    shown = [
        f"{path}:{field.lineno}: {field.target.id}"
        for path, module in python_files("services", "operations")
        for kind in ast.walk(module)
        if isinstance(kind, ast.ClassDef) and "dataclass" in map(_called, kind.decorator_list)
        for field in kind.body
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and _is_secret(field)
        if "repr=False" not in ast.unparse(field)
    ]
    assert shown == []


def _called(decorator: ast.expr) -> str:
    return ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)


def _is_secret(field: ast.AnnAssign) -> bool:
    name, kind = ast.unparse(field.target), ast.unparse(field.annotation)
    if name == "key" or name.endswith("_key"):
        return "bytes" in kind
    return bool(SEALS.fullmatch(name)) and re.search(r"\b(str|bytes)\b", kind) is not None


def test_a_file_and_a_function_are_read_in_one_sitting() -> None:
    long = [
        f"{path}: {count} lines"
        for path, _ in python_files(*HOUSES)
        if (count := len((ROOT / path).read_text().splitlines())) > LONGEST_FILE
    ]
    long += [
        f"{path}: {node.name} has {count} lines"
        for path, module in python_files(*HOUSES)
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (count := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert long == []


def test_each_migration_of_a_service_has_a_number_of_its_own() -> None:
    counted = Counter(
        f"{folder.parent.name}/{file.name.split('.')[0]}"
        for folder in (ROOT / "services").glob("*/migrations")
        for file in files_of(folder)
    )
    assert {number for number, count in counted.items() if count > 1} == NUMBERED_TWICE
