"""How often the reply above the quote is found exactly: ./sesame bench ingest-replies DIR

DIR holds `expected.json`, a list of {"fixture": name, "...stripped_equals": text}, mails in `fixtures`.
Leaves with status 1 when fewer than `--at-least` are exact.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from services.ingest.domain.replies.folding import reply_above_quote

EXACT = ("first_visible_fragment_stripped_equals",)
ANY_EXACT = (*EXACT, "first_visible_fragment_equals", "visible_text_equals")


def wrong_cases(folder: Path, cases: list[dict[str, Any]], keys: tuple[str, ...]) -> tuple[int, list[str]]:
    """How many cases state an exact text under one of these keys, and the fixtures that came out wrong."""
    stated = [(case, key) for case in cases for key in keys if key in case]
    wrong = []
    for case, key in stated:
        mail = (folder / "fixtures" / case["fixture"]).read_text(encoding="utf-8")
        if reply_above_quote(mail).strip() != case[key].strip():
            wrong.append(case["fixture"])
    return len(stated), wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--at-least", type=int, default=0)
    arguments = parser.parse_args()
    cases = json.loads((arguments.folder / "expected.json").read_text(encoding="utf-8"))
    for name, keys in (("exact", EXACT), ("all exact texts", ANY_EXACT)):
        stated, wrong = wrong_cases(arguments.folder, cases, keys)
        print(f"{name}: {stated - len(wrong)} of {stated}", *wrong)
    stated, wrong = wrong_cases(arguments.folder, cases, EXACT)
    return int(stated - len(wrong) < arguments.at_least)


if __name__ == "__main__":
    raise SystemExit(main())
