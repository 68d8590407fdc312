"""The contract's documents, as path → text."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from devtools.checkout import ROOT
from devtools.documents.partner_contract import partner_document
from devtools.documents.partner_page import page
from services.contracts import topology
from services.contracts.catalogue import (
    DOES,
    EVERY_FACT,
    FACTS,
    FROM_COORDINATOR,
    FROM_PARTNERS,
    PRODUCERS,
    TO_COORDINATOR,
    TO_PARTNERS,
)
from services.contracts.published.asyncapi import document
from services.contracts.published.schemas import event_schema
from services.contracts.vocabulary import Fact

GOLDEN = ROOT / "services" / "contracts" / "golden"
SERVED = ROOT / "services" / "ingest" / "entrypoints" / "http" / "api" / "documents"
"""What ingest shows to the programmers of partners, so that a sheet can name it by address."""
EVENTS_PAGE = ROOT / "docs" / "events.md"
SHORT = 90
"""Characters of a mapping on one line."""
BEGIN, END = "<!-- made by ./sesame docs: begin -->\n", "<!-- made by ./sesame docs: end -->\n"


def documents() -> Iterator[tuple[Path, str]]:
    """Every file made from the contract, with what it must hold."""
    asyncapi = document(_version(), examples())
    yield ROOT / "docs" / "asyncapi.yaml", _yaml(asyncapi)
    partners = partner_document(_version(), examples())
    yield SERVED / "asyncapi-partners.yaml", _yaml(partners, _Compact)
    yield SERVED / "contract.html", page(asyncapi)
    for fact in EVERY_FACT:
        name = f"{fact.__name__}.schema.json"
        yield ROOT / "docs" / "schemas" / name, json.dumps(event_schema(fact), indent=2) + "\n"
    yield EVENTS_PAGE, _with_table(EVENTS_PAGE.read_text())


def examples() -> dict[str, dict[str, Any]]:
    return {
        folder.name: {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
        for folder in sorted(GOLDEN.iterdir())
        if folder.is_dir()
    }


def _version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def _yaml(content: Any, dumper: type[yaml.SafeDumper] | None = None) -> str:
    return yaml.dump(content, Dumper=dumper or _Readable, sort_keys=False, allow_unicode=True, width=110)


class _Readable(yaml.SafeDumper):
    """Repeats instead of naming what was said before, and keeps the lines of a text."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Compact(_Readable):
    """What holds a few short words stands on one line."""

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        node = super().represent_mapping(tag, mapping, flow_style)
        plain = all(_is_plain(value) for _, value in node.value)
        node.flow_style = bool(node.value) and plain and _letters(node) < SHORT
        return node

    def represent_sequence(
        self, tag: str, sequence: Any, flow_style: bool | None = None
    ) -> yaml.SequenceNode:
        node = super().represent_sequence(tag, sequence, flow_style)
        plain = all(isinstance(value, yaml.ScalarNode) and value.style != "|" for value in node.value)
        node.flow_style = bool(node.value) and plain
        return node


def _is_plain(node: yaml.Node) -> bool:
    """One line of text, one reference, or a choice of a few words."""
    if isinstance(node, yaml.MappingNode):
        return bool(node.flow_style) and len(node.value) == 1
    if isinstance(node, yaml.SequenceNode):
        return bool(node.flow_style)
    return isinstance(node, yaml.ScalarNode) and node.style != "|"


def _letters(node: yaml.Node) -> int:
    if isinstance(node, yaml.MappingNode):
        return sum(_letters(key) + _letters(value) + 4 for key, value in node.value)
    if isinstance(node, yaml.SequenceNode):
        return sum(_letters(value) + 2 for value in node.value)
    return len(node.value)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Readable.add_representer(str, _text)


def _with_table(page: str) -> str:
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    return before + BEGIN + _table() + END + after


def _table() -> str:
    rows = ["", "| event | announced by | heard by | means |", "| --- | --- | --- | --- |"]
    rows += [_row(fact, PRODUCERS[fact.wire], _hearers(fact)) for fact in FACTS]
    rows += [_row(fact, "a partner system", "ingest") for fact in FROM_PARTNERS]
    rows += [
        _row(fact, "notifier" if "notifier" in fact.__module__ else "ingest", "one partner")
        for fact in TO_PARTNERS
    ]
    rows += [_row(fact, "workspace", _doers(fact)) for fact in FROM_COORDINATOR]
    rows += [_row(fact, ", ".join(sorted(DOES)), "workspace") for fact in TO_COORDINATOR]
    return "\n".join([*rows, "", ""])


def _row(fact: type[Fact], producer: str, hearers: str) -> str:
    meaning = " ".join((fact.__doc__ or "").split())
    return f"| [`{fact.wire}`](schemas/{fact.__name__}.schema.json) | {producer} | {hearers} | {meaning} |"


def _hearers(fact: type[Fact]) -> str:
    return ", ".join(service for service, facts in topology.HEARS.items() if fact in facts)


def _doers(fact: type[Fact]) -> str:
    return ", ".join(service for service, facts in DOES.items() if fact in facts)
