"""A network's own templates, looked at before the first mail: one that asks for what is not given would let
every mail of its kind fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, meta, nodes

FORMER: Mapping[str, str] = {"mails": "letters", "workspace_url": "desk_url", "language_name": "spoken"}
"""Today's name of a value: what a template copied from a version before calls it, given until 0.2."""
SHAPES = ("html.j2", "text.j2", "page.j2")
"""Templates that others are drawn with: what they ask for is handed in there."""
GIVEN = frozenset(
    {
        *("abroad", "accepted_by", "after_answer", "answer_marked", "answer_text", "answered_by", "asked_at"),
        *(
            "asked_in",
            "asker_name",
            "body",
            "closing",
            "code",
            "comment",
            "coordinator",
            "door_url",
            "due_at",
        ),
        *(
            "earlier",
            "end",
            "ends_at",
            "error",
            "excluded",
            "explanation",
            "failed_because",
            "failed_kind",
            "failed_way",
        ),
        *("figures_url", "files", "follow_up", "foot", "given", "given_at", "greeted", "head", "headline"),
        *("held_why", "holder", "language_name", "mails", "network", "note", "number", "page_url", "partner"),
        *("passed_on", "place", "promise_at", "purpose", "question_id", "question_text", "reasons"),
        *("refusal", "refused_marked", "refused_text", "refused_what", "reopened_because", "similar"),
        *(
            "sources",
            "stars",
            "still_open",
            "subject",
            "theme",
            "tries",
            "until",
            "why",
            "with_coordinator",
            "withdrawn",
        ),
        *("workspace_url", "zone", *FORMER.values()),
    }
)
"""Every value that a mail of some kind is filled with (values.py, compose.py)."""


def with_former_names(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**{FORMER[name]: values[name] for name in FORMER if name in values}, **values}


def faults(folder: Path, environment: Environment) -> Iterator[str]:
    """One line for each: file, what it asks for, and what to do."""
    for file in sorted(folder.rglob("*.j2")):
        text = file.read_text(encoding="utf-8")
        try:
            tree = environment.parse(text)
            environment.compile(text)
        except TemplateSyntaxError as error:
            yield f"{file}, line {error.lineno}: {error.message}: mend it, or take the file away"
            continue
        if file.name in SHAPES:
            continue
        asked = meta.find_undeclared_variables(tree) - set(environment.globals) - GIVEN - _asked_after(tree)
        for name in sorted(asked):
            yield (
                f"{file}: no mail has a value {name!r}: compare it with ours of the same name in "
                f"services/notifier/sending/mail/templates, which says what is given today"
            )


def _asked_after(tree: nodes.Template) -> set[str]:
    """What a template can do without: `x is defined`, `x | default`."""
    tests = (one.node for one in tree.find_all(nodes.Test) if one.name in ("defined", "undefined"))
    filters = (one.node for one in tree.find_all(nodes.Filter) if one.name in ("default", "d"))
    return {node.name for node in (*tests, *filters) if isinstance(node, nodes.Name)}
