"""The steps of docs/operations.md, word for word, as an operator types them."""

from __future__ import annotations

import re

from devtools.checkout import ROOT

PAGE = ROOT / "docs" / "operations.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_HERE = ("git pull", "compose build", "alias ")
"""What makes the code and the image, which the script has made already, and names for what it runs."""


def blocks(heading: str, language: str = "sh") -> list[str]:
    """The blocks in this language from the heading to the next of its level or a higher one."""
    start = re.search(rf"^(#+) {re.escape(heading)}$", PAGE.read_text(), re.MULTILINE)
    if start is None:
        raise LookupError(f"{PAGE}: no heading {heading!r}")
    rest = PAGE.read_text()[start.end() :]
    section = re.split(rf"^#{{1,{len(start[1])}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    return [_tried(block) for kind, block in BLOCK.findall(section) if kind == language]


def _tried(block: str) -> str:
    return "\n".join(line for line in block.splitlines() if not line.startswith(NOT_HERE))
