"""Every page speaks French and English: the same words stand in both."""

import tomllib
from typing import Any

from services.ingest.entrypoints.http.pages.rendering import ROOT


def words(code: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "wording" / f"{code}.toml").read_text(encoding="utf-8"))


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return len(value) if isinstance(value, list) else bool(value)


def test_both_languages_hold_the_same_words() -> None:
    assert shape(words("fr")) == shape(words("en"))
