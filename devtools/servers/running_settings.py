"""How a second `./sesame` finds the services of the `./sesame up` that runs in this checkout."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

NOTE = "running.json"
OPERATOR = "operator"
"""Beside the services: the administrator's addresses."""


@contextmanager
def announced(folder: Path, environments: Mapping[str, Mapping[str, str]]) -> Iterator[None]:
    """Service → its SESAME_* variables, readable for their owner alone, for the time of the block."""
    note = folder / NOTE
    folder.mkdir(parents=True, exist_ok=True)
    note.unlink(missing_ok=True)
    note.touch(mode=0o600)
    note.write_text(json.dumps({service: dict(variables) for service, variables in environments.items()}))
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def environment_of(service: str, folder: Path) -> dict[str, str]:
    """Empty when nothing runs. The chassis' own commands ask the broker, so any service's will do."""
    try:
        environments: dict[str, dict[str, str]] = json.loads((folder / NOTE).read_text())
    except FileNotFoundError:
        return {}
    return environments.get(service) or next(iter(environments.values()), {})
