"""Every file that is made from the code: `./sesame docs` writes them, `./sesame check` and a test compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from devtools.checkout import ROOT
from devtools.dashboards import build as dashboards
from devtools.documents import broker_definitions, contract, metrics_page, prometheus_rules, settings_page

MadeFiles = Iterable[tuple[Path, str]]

MAKERS: Mapping[str, Callable[[], MadeFiles]] = {
    "docs/asyncapi.yaml, docs/schemas, docs/events.md, what ingest shows to programmers": contract.documents,
    "docs/metrics.md": lambda: [(metrics_page.TARGET, metrics_page.document())],
    "deploy/rabbitmq/definitions.json": lambda: [(broker_definitions.FILE, broker_definitions.text())],
    "deploy/kubernetes/components/monitoring/rules.yaml": lambda: [
        (prometheus_rules.TARGET, prometheus_rules.text())
    ],
    "docs/settings.md": lambda: [(settings_page.FILE, settings_page.text())],
    "deploy/grafana/dashboards": lambda: dashboards.files().items(),
}


def write(made: MadeFiles) -> None:
    for path, text in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def differing() -> list[str]:
    """Those that the code would write otherwise, from the root."""
    return [
        str(path.relative_to(ROOT))
        for make in MAKERS.values()
        for path, text in make()
        if not path.exists() or path.read_text() != text
    ]


def main() -> int:
    different = differing()
    for path in different:
        print(f"{path}: differs from the code; write it anew with `./sesame docs`")
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main())
