"""docs/architecture.md says where things are and who may import whom: held to the code."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.checkout import ROOT

PLACE = re.compile(r"`([\w/.-]+\.py)::([\w.]+)`")
PAGES = ("README.md", "CONTRIBUTING.md", "docs/architecture.md")
PLACES = sorted({place for page in PAGES for place in PLACE.findall((ROOT / page).read_text())})
SERVICES = ("ingest", "router", "notifier", "metrics", "workspace")


def names_in(path: Path) -> set[str]:
    return set(_named(ast.parse(path.read_text()).body, ""))


def _named(body: list[ast.stmt], prefix: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield prefix + node.name
            yield from _named(node.body, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (prefix + target.id for target in targets if isinstance(target, ast.Name))


def imported_by(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


DECIDED_ON = {
    "router": {"fasttext"},
    "ingest": {"email_validator", "webencodings"},
    "notifier": {"idna"},
}
"""Libraries that compute and do nothing else: docs/decisions/0007 and 0037."""


def domain_files(service: str) -> list[Path]:
    folder = ROOT / "services" / service
    return [*folder.glob("domain/**/*.py")]


@pytest.mark.parametrize(("file", "name"), PLACES)
def test_a_place_named_in_the_documents_is_in_that_file(file: str, name: str) -> None:
    assert name in names_in(ROOT / file)


PURE = (
    "services.contracts.links.kept",
    "services.contracts.links.marks",
    "services.contracts.links.seen",
    "services.contracts.links.wall",
    "services.contracts.addresses",
    "services.chassis.working_time",
)
"""Rules that services keep in the very same way, of the standard library alone: what may be written down, how
our mails are known again, what may not leave, what can be seen, what a partner's id is, how long is a working
day."""


@pytest.mark.parametrize("service", SERVICES)
def test_rules_import_the_standard_library_and_what_was_decided_on(service: str) -> None:
    allowed = {*sys.stdlib_module_names, "services", *DECIDED_ON.get(service, ())}
    for path in domain_files(service):
        for module in imported_by(path):
            assert module.split(".")[0] in allowed, path
            inside = module.startswith(f"services.{service}.domain") or module in PURE
            assert inside or not module.startswith("services."), path


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_rules_of_its_own(service: str) -> None:
    assert domain_files(service)


def test_the_chassis_knows_no_event_by_name() -> None:
    named = {f"services.contracts.{producer}" for producer in (*SERVICES, "partners")}
    for path in (ROOT / "services" / "chassis").rglob("*.py"):
        assert named.isdisjoint(imported_by(path)), path
