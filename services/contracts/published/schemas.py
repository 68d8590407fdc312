"""JSON Schema of every event, with its envelope. Pure: `devtools.documents` writes the files."""

from __future__ import annotations

from typing import Any, cast

from services.contracts.catalogue import FACTS, FROM_COORDINATOR, FROM_PARTNERS, TO_COORDINATOR, TO_PARTNERS
from services.contracts.envelope import Envelope, Event, Notice, Submission
from services.contracts.partners import QuestionSubmitted
from services.contracts.vocabulary import Fact

Document = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

ENVELOPES: dict[type[Fact], type[Envelope[Any]]] = {
    **dict.fromkeys(FACTS, Event),
    **dict.fromkeys(TO_PARTNERS, Notice),
    **dict.fromkeys(FROM_PARTNERS, Submission),
    **dict.fromkeys(FROM_COORDINATOR, Event),
    **dict.fromkeys(TO_COORDINATOR, Event),
}
"""Each kind of event and the envelope it travels in."""

ABOUT_A_QUESTION = set(FROM_PARTNERS) - {QuestionSubmitted}
"""What a partner says of a question that is there: refused without its id."""


def event_model(fact: type[Fact]) -> type[Envelope[Any]]:
    return cast("type[Envelope[Any]]", ENVELOPES[fact].__class_getitem__(fact))


def event_schema(fact: type[Fact]) -> Document:
    """`type` is the wire name and nothing else; everything the envelope must carry is required."""
    schema: Document = event_model(fact).model_json_schema()
    schema["title"] = fact.wire
    schema["description"] = " ".join((fact.__doc__ or "").split())
    schema["properties"]["type"] = {"const": fact.wire, "type": "string"}
    schema["properties"]["specversion"] = {"const": "1.0", "type": "string"}
    schema["required"] = sorted({*schema["required"], "specversion"})
    if fact in ABOUT_A_QUESTION:
        schema["properties"]["subject"] = {"format": "uuid", "type": "string"}
        schema["required"] = sorted({*schema["required"], "subject"})
    return {"$schema": DIALECT, **_without_discriminators(schema)}


def _without_discriminators(value: Any) -> Any:
    """OpenAPI's hint which of several schemas is meant: JSON Schema knows none, and AsyncAPI another."""
    if isinstance(value, list):
        return [_without_discriminators(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: _without_discriminators(one) for key, one in value.items() if key != "discriminator"}
