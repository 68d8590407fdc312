"""JSON from programs that are not ours: by AMQP and by HTTP, read by the same rule."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from services.contracts.envelope import NotAnEvent, parse
from services.contracts.faults import MOST_FAULTS, Fault

Path = tuple[str | int, ...]
ESCAPED_COLON = b"\\u003"
"""And its neighbours; no other way is there to write one, and UTF-8 uses its byte for nothing else."""


def read_strictly(body: bytes) -> dict[str, Any]:
    """An object in which no name stands twice: readers take the first, the last or both, so that what was
    written would be lost without a word (RFC 8259, 4; RFC 7493, 2.3). Raises NotAnEvent, naming each."""
    raw = parse(body)
    if _drops_names(body, raw) and (paths := _repeated(body)):
        faults = tuple(stands_twice(path) for path in paths[:MOST_FAULTS])
        raise NotAnEvent(faults[0].reason, field=faults[0].field, faults=faults)
    return raw


def stands_twice(path: Path) -> Fault:
    return Fault(path, "stands twice, and nobody can tell which is meant; write it once")


def _drops_names(body: bytes, read: dict[str, Any]) -> bool:
    """False where each colon of the body stands behind a name that was read, or in a text: then none was read
    twice, and the slower look at who stands where can be spared."""
    if ESCAPED_COLON in body:
        return True
    names_and_colons = 0
    left: list[Any] = [read]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            names_and_colons += len(one)
            left += [*one, *one.values()]
        elif isinstance(one, list):
            left += one
        elif isinstance(one, str):
            names_and_colons += one.count(":")
    return body.count(b":") > names_and_colons


def _repeated(body: bytes) -> list[Path]:
    """Where: of what `parse` has read, so that it is not too deep for this."""
    names_in: dict[int, tuple[dict[str, Any], list[str]]] = {}

    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        whole = dict(pairs)
        if len(whole) < len(pairs):
            times = Counter(name for name, _ in pairs)
            names_in[id(whole)] = whole, [name for name, count in times.items() if count > 1]
        return whole

    tree = json.loads(body, object_pairs_hook=made, parse_int=str, parse_float=str)
    if not names_in:
        return []
    return [
        (*path, name) for path, place in _objects(tree, ()) for name in names_in.get(id(place), ((), ()))[1]
    ]


def _objects(tree: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if isinstance(tree, dict):
        yield path, tree
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, one in inner:
        yield from _objects(one, (*path, name))
