"""What the pages for newcomers name exists: files, links and commands."""

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools import cli
from devtools.checkout import ROOT

PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md")
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
EVERY_PAGE = sorted([ROOT / "README.md", *ROOT.glob("[A-Z]*.md"), *(ROOT / "docs").glob("**/*.md")])

FOLDERS = ("services", "operations", "devtools", "examples", "deploy", "docs", "tests", ".ci")
NAMED_FILE = re.compile(rf"`((?:{'|'.join(map(re.escape, FOLDERS))})/[\w*/.-]+?)(?:::[\w.]+)?`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"(?:^|`)\./sesame ([^`#\n]*)", re.MULTILINE)
TO_COME = ("mediator", "what-it-does", "QuestionThanked")
"""Files of CONTRIBUTING's examples."""


def found(pattern: re.Pattern[str], *pages: Path) -> list[tuple[str, str]]:
    return sorted(
        {(str(page.relative_to(ROOT)), hit) for page in pages for hit in pattern.findall(page.read_text())}
    )


def newcomers() -> list[Path]:
    return [ROOT / page for page in PAGES]


@pytest.mark.parametrize(("page", "name"), found(NAMED_FILE, *newcomers(), *DECISIONS))
def test_a_file_named_exists(page: str, name: str) -> None:
    if not any(example in name for example in TO_COME):
        assert list(ROOT.glob(name.rstrip("/"))), f"{page} names {name}"


@pytest.mark.parametrize(("page", "target"), found(LINK, *EVERY_PAGE))
def test_a_link_leads_somewhere(page: str, target: str) -> None:
    if "://" not in target:
        assert ((ROOT / page).parent / target).exists()


@pytest.mark.parametrize(("page", "command"), found(COMMAND, *EVERY_PAGE))
def test_a_command_named_can_be_given(page: str, command: str) -> None:
    words = [word for word in shlex.split(command.rstrip(".,;: ")) if word != "…"]
    parser, named = deepest(cli.parser(), words)
    assert named or not subcommands(parser), f"{page}: ./sesame {command}"
    options = {option for action in parser._actions for option in action.option_strings}
    assert {word for word in words if word.startswith("-")} <= options


def deepest(parser: argparse.ArgumentParser, words: list[str]) -> tuple[argparse.ArgumentParser, bool]:
    """The parser of the innermost command named, and whether every word that had to be one was."""
    for word in words:
        known = subcommands(parser)
        if not known:
            break
        if word not in known:
            return parser, False
        parser = known[word]
    return parser, True


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    return dict(_subcommands(parser))


def _subcommands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def test_the_readme_shows_what_ci_runs() -> None:
    given = re.findall(r"^(\./sesame \w+) \|\|", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    first_screen = "\n".join((ROOT / "README.md").read_text().splitlines()[:20])
    assert len(given) == 2
    assert [command for command in given if f"\n{command} " not in first_screen] == []


def test_decisions_have_numbers_of_their_own() -> None:
    numbers = [page.name[:4] for page in DECISIONS]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("page", ["security.md", "abuse.md", "privacy.md"])
def test_each_promise_is_held_by_a_test_that_is_there(page: str) -> None:
    there = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    named = set(re.findall(r"\btest_\w+\.py", (ROOT / "docs" / page).read_text()))
    assert named
    assert named - there == set()
