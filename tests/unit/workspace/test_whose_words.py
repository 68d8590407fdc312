"""A person's words on pages: every field and every text says that its direction is its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[3] / "services"
WRITTEN = re.compile(
    r'<textarea(?![^>]*class="code")[^>]*>|<(?:p|pre|div|blockquote) class="(?:words|marked)"[^>]*>|<q>'
)
ROOM_OF_THE_SEARCH_FIELD = '<div class="words"><input'


def templates() -> Iterator[Path]:
    for path in sorted(SERVICES.rglob("templates/*")):
        if path.suffix in (".html", ".j2"):
            yield path


@pytest.mark.parametrize("path", list(templates()), ids=lambda path: f"{path.parts[-4]}-{path.name}")
def test_every_field_and_text_of_a_person_has_its_own_direction(path: Path) -> None:
    page = path.read_text(encoding="utf-8").replace(ROOM_OF_THE_SEARCH_FIELD, "<input")
    page = re.sub(r"{%-?.*?-?%}|{{ _\(.*?\) }}", "", page)
    assert [tag for tag in WRITTEN.findall(page) if 'dir="auto"' not in tag] == []
