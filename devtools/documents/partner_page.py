"""The AsyncAPI document as a page for a partner's programmer: what to send and what comes, with examples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

Json = Mapping[str, Any]

FOLDER = Path(__file__).parent
LIMITS = (
    ("maxLength", "up to {} characters"),
    ("minimum", "at least {}"),
    ("maximum", "at most {}"),
    ("pattern", "matches {}"),
)
SAID_ELSEWHERE = (r"^[^\x00]*$", r"^[^\x00\r\n]*$")
"""Patterns of every text."""


class Field(NamedTuple):
    """`name` of what lies in another field has a dot: `place.postcode`."""

    name: str
    kind: str
    needed: bool
    said: str


class Letter(NamedTuple):
    """One message, with where it travels."""

    wire: str
    summary: str
    address: str
    fields: list[Field]
    example: str


def page(document: Json) -> str:
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["code"] = _with_code
    template = environment.get_template("partner_page.html.j2")
    sent = [letter for name, letter in _letters(document) if name.startswith("inbox")]
    read = [letter for name, letter in _letters(document) if name == "partnerQueue"]
    text = template.render(info=document["info"], server=document["servers"]["network"], sent=sent, read=read)
    return text + "\n"


def _with_code(text: str) -> Markup:
    """What stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _letters(document: Json) -> Iterator[tuple[str, Letter]]:
    """With the name of its channel."""
    for name, channel in document["channels"].items():
        for message in channel["messages"]:
            yield name, _letter(document["components"], message, channel["address"])


def _letter(components: Json, name: str, address: str) -> Letter:
    message, schema = components["messages"][name], components["schemas"][name]
    example = next(each for each in message["examples"] if each["name"] == "full")["payload"]
    data = schema["$defs"][schema["properties"]["data"]["$ref"].rpartition("/")[2]]
    return Letter(
        wire=message["name"],
        summary=message["summary"],
        address=address,
        fields=list(_fields(data, schema["$defs"], "")),
        example=json.dumps(example, indent=2, ensure_ascii=False),
    )


def _fields(of: Json, definitions: Json, before: str) -> Iterator[Field]:
    for name, given in of["properties"].items():
        schema = _without_null(given)
        needed = name in of.get("required", ())
        inner = _definition(schema, definitions)
        said = given.get("description") or (inner or {}).get("description", "") or _limits(schema)
        if choices := list(_choices(schema, definitions)):
            said = f"one of {'; '.join(choices)}"
        yield Field(before + name, _kind(schema, inner), needed, " ".join(said.split()))
        if inner is not None and "properties" in inner:
            yield from _fields(inner, definitions, f"{before}{name}.")


def _choices(schema: Json, definitions: Json) -> Iterator[str]:
    """Of a list whose entries are told apart by `code`: each code with its parameters and meaning."""
    for choice in schema.get("items", {}).get("oneOf", ()):
        made = definitions[choice["$ref"].rpartition("/")[2]]
        named = ", ".join(f"`{name}`" for name in made["properties"] if name != "code")
        yield f"code `{made['properties']['code']['const']}` ({named}): {made['description']}"


def _without_null(schema: Json) -> Json:
    choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    return choices[0] if len(choices) == 1 else schema


def _definition(schema: Json, definitions: Json) -> Json | None:
    reference = schema.get("$ref") or schema.get("items", {}).get("$ref")
    return definitions[reference.rpartition("/")[2]] if reference else None


def _kind(schema: Json, inner: Json | None) -> str:
    if schema.get("type") == "array":
        return "list of " + _kind(schema["items"], inner)
    described = inner if inner is not None else schema
    if choices := described.get("enum"):
        return " or ".join(f'"{choice}"' for choice in choices)
    return str(schema.get("format") or described.get("type", "object" if "oneOf" in schema else "any"))


def _limits(schema: Json) -> str:
    said = (
        wording.format(schema[key])
        for key, wording in LIMITS
        if key in schema and schema[key] not in SAID_ELSEWHERE
    )
    return ", ".join(said)
