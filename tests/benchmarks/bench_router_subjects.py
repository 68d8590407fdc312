"""How often the subject of a question is guessed right: ./sesame bench router-subjects FILE

FILE holds one JSON object a line: `question`, `theme_paths` (the first word of the first path is the theme)
and `answer_text`; or `text`, `subject` and perhaps `answer`. Ten times over, a random fifth is held out: the
others are learned with their answers (not with `--questions-alone`, which is all that the network's own past
holds), the held-out questions are guessed by their text alone.
Leaves with status 1 when fewer than `--at-least` of the first places are right on average.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any

from services.router.handlers.learning import Example, learn


def examples(path: Path) -> list[Example]:
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [_example(record) for record in records if record.get("theme_paths") or record.get("subject")]


def _example(record: dict[str, Any]) -> Example:
    if "theme_paths" in record:
        return Example(record["question"], record["theme_paths"][0][0], record["answer_text"][:1500])
    return Example(record["text"], record["subject"], record.get("answer") or "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--fifths", type=int, default=10)
    parser.add_argument("--questions-alone", action="store_true")
    parser.add_argument("--at-least", type=float, default=0.65)
    chosen = parser.parse_args()
    past = examples(chosen.file)
    if chosen.questions_alone:
        past = [replace(example, answer="") for example in past]
    print(f"{len(past)} questions, {len({example.subject for example in past})} themes")
    rates = []
    for seed in range(chosen.fifths):
        model, quality = learn(past, seed)
        rates.append(quality.right)
        print(
            f"fifth {seed}: {quality.right:.1%} of {quality.held_out} right at first place; above the margin "
            f"{quality.relied_on:.1%}, of those {quality.right_of_those:.1%} right"
        )
    before = time.process_time()
    for example in past:
        model.guess(example.text)
    print(f"one guess: {(time.process_time() - before) / len(past) * 1000:.3f} ms of CPU")
    print(f"right at first place: mean {mean(rates):.1%}, worst {min(rates):.1%}, best {max(rates):.1%}")
    return 0 if mean(rates) >= chosen.at_least else 1


if __name__ == "__main__":
    sys.exit(main())
