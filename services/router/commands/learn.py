"""`./sesame router learn | guess`: subjects from the network's own past."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from functools import partial
from pathlib import Path

import orjson

from services.chassis.language.detection import language_of
from services.router.commands.coordinating import CommandContext, operator_name, run
from services.router.domain.themes import theme_of
from services.router.files.partners import FaultyFile
from services.router.handlers.coordinator import Refusal
from services.router.handlers.learning import CannotLearn, Example, Quality, learn
from services.router.store import subjects as store
from services.router.store.subject_models import SubjectModels, written


def register(things: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    learning = things.add_parser("learn", help="learn subjects from the past; says how good it is")
    learning.add_argument(
        "file",
        type=Path,
        nargs="?",
        help="one JSON object a line: text, subject, perhaps answer; none: the past",
    )
    learning.add_argument("--dry", action="store_true", help="only say how good it would be")
    learning.add_argument("--actor", default=operator_name(), help="who does it (default: %(default)s)")
    learning.set_defaults(run=lambda chosen: run(partial(learn_now, chosen)))
    guessing = things.add_parser("guess", help="subject and language of a text")
    guessing.add_argument("text")
    guessing.set_defaults(run=lambda chosen: run(partial(guess, chosen)))


async def learn_now(chosen: argparse.Namespace, there: CommandContext) -> int:
    async with there.transactions.begin() as unit:
        rows = [] if chosen.file else await store.past(unit.db)
        past = _read(chosen.file) if chosen.file else [Example(row["text"], row["learned"]) for row in rows]
        try:
            model, quality = learn(past)
        except CannotLearn as problem:
            raise Refusal(str(problem), "unfit") from problem
        if not chosen.dry:
            measured = orjson.dumps(asdict(quality)).decode()
            await store.save(unit.db, unit.now, chosen.actor, len(past), measured, written(model))
    _tell(quality, len(past), len(model.themes))
    return 0


def _read(path: Path) -> list[Example]:
    try:
        records = [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
        return [
            Example(record["text"], theme_of(record["subject"]), record.get("answer") or "")
            for record in records
            if record.get("subject")
        ]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise FaultyFile(f"{path}: {type(error).__name__}: {error}") from error


def _tell(quality: Quality, examples: int, themes: int) -> None:
    print(f"{examples} examples, {themes} themes; {quality.held_out} held out of a first try:")
    print(f"  {quality.right:.1%} right at first place")
    sure, right = quality.relied_on, quality.right_of_those
    print(f"  {sure:.1%} are sure enough to be used, and of those {right:.1%} right")


async def guess(chosen: argparse.Namespace, there: CommandContext) -> int:
    async with there.transactions.begin() as unit:
        model = await SubjectModels().newest(unit.db)
    print(f"language: {language_of(chosen.text) or 'unknown'}")
    if model is None:
        print("subject: unknown, for nothing was learned yet: ./sesame router learn")
    else:
        guessed = model.guess(chosen.text)
        margin = f"{guessed.best} by {guessed.margin:.3f}, wanted {model.margin:.3f}"
        print(f"subject: {guessed.theme or 'unknown'} ({margin})")
    return 0
