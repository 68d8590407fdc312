"""Text whose mail names no character set: Cyrillic only where it surely is, else as western Europe writes."""

from pathlib import Path

import pytest

from services.ingest.domain.mime.charsets import decode

LINES = (Path(__file__).parent / "undeclared_charsets.txt").read_text(encoding="utf-8").splitlines()
SAMPLES = [(name, text) for name, _, text in (line.partition("\t") for line in LINES)]


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-u"])
@pytest.mark.parametrize("text", [text for name, text in SAMPLES if name == "cyrillic"])
def test_cyrillic_is_read_as_it_was_written(text: str, charset: str) -> None:
    assert decode(text.encode(charset)) == text


@pytest.mark.parametrize(("charset", "text"), [sample for sample in SAMPLES if sample[0] != "cyrillic"])
def test_what_is_no_cyrillic_is_not_read_so(charset: str, text: str) -> None:
    raw = text.encode(charset)
    assert decode(raw) == raw.decode("cp1252", "replace")
