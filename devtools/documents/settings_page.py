"""docs/settings.md, made from the settings in code; with --write, written anew."""

from __future__ import annotations

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from devtools.checkout import ROOT
from services.chassis.settings import ServiceSettings
from services.ingest.settings import IngestSettings
from services.metrics.settings import MetricsSettings
from services.notifier.settings import NotifierSettings
from services.router.settings import RouterSettings
from services.workspace.settings import WorkspaceSettings

FILE = ROOT / "docs" / "settings.md"
SERVICES: dict[str, type[ServiceSettings]] = {
    "ingest": IngestSettings,
    "router": RouterSettings,
    "notifier": NotifierSettings,
    "metrics": MetricsSettings,
    "workspace": WorkspaceSettings,
}
HEAD = """\
# Settings

Made from the code; do not edit. Every setting is an environment variable, or a file of that name, in small
letters, in `/run/secrets`. A wrong one stops the start with one line that names it.
"""


def text() -> str:
    parts = [HEAD, _section("Every service", ServiceSettings.model_fields)]
    for service, kind in SERVICES.items():
        own = {n: f for n, f in kind.model_fields.items() if n not in ServiceSettings.model_fields}
        parts.append(_section(service, own))
    return "\n".join(parts)


def _section(title: str, fields: dict[str, FieldInfo]) -> str:
    rows = [
        "| variable | default | meaning |",
        "| --- | --- | --- |",
        *(_row(*field) for field in fields.items()),
    ]
    return "\n".join([f"## {title}", "", *rows, ""])


def _row(name: str, field: FieldInfo) -> str:
    meaning = (field.description or "").replace("|", "\\|")
    return f"| `SESAME_{name.upper()}` | {_default(field)} | {meaning} |"


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "**must be set**"
    return "" if field.default in (None, "") else f"`{field.default}`"
