"""How a second `./sesame` finds the services of the `./sesame up` that runs in this checkout."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from deploy.local.checkout import ROOT

NOTE = ROOT / ".local" / "running.json"


@contextmanager
def announced(environments: Mapping[str, Mapping[str, str]]) -> Iterator[None]:
    """Service → its SESAME_* variables, readable for their owner alone, for the time of the block."""
    NOTE.parent.mkdir(exist_ok=True)
    NOTE.unlink(missing_ok=True)
    NOTE.touch(mode=0o600)
    NOTE.write_text(json.dumps({service: dict(variables) for service, variables in environments.items()}))
    try:
        yield
    finally:
        NOTE.unlink(missing_ok=True)


def environment_of(service: str) -> dict[str, str]:
    """Empty when nothing runs. The chassis' own commands ask the broker, so any service's will do."""
    try:
        environments: dict[str, dict[str, str]] = json.loads(NOTE.read_text())
    except FileNotFoundError:
        return {}
    return environments.get(service) or next(iter(environments.values()), {})
