import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from devtools.checkout import ROOT
from devtools.documents.contract import SERVED, examples
from services.contracts.catalogue import EVERY_FACT, FROM_PARTNERS, TO_PARTNERS
from services.contracts.published.schemas import Document, event_schema
from services.contracts.vocabulary import Asker, Fact

STANDARDS = Path(__file__).parents[1] / "standards"
ASYNCAPI = [ROOT / "docs" / "asyncapi.yaml", SERVED / "asyncapi-partners.yaml"]
MOST_LINES = 1200
"""Of the document that a partner's programmer reads."""


@pytest.mark.parametrize("path", ASYNCAPI, ids=lambda path: path.name)
def test_the_asyncapi_document_obeys_the_standard(path: Path) -> None:
    schema = json.loads((STANDARDS / "asyncapi-3.0.0.json").read_text())
    jsonschema.Draft7Validator(schema).validate(yaml.safe_load(path.read_text()))


def test_the_partners_document_holds_their_events_alone_and_can_be_read_at_a_sitting() -> None:
    text = ASYNCAPI[1].read_text()
    wanted = {fact.__name__ for fact in (*FROM_PARTNERS, *TO_PARTNERS)}
    assert set(yaml.safe_load(text)["components"]["messages"]) == wanted
    assert len(text.splitlines()) < MOST_LINES


@pytest.mark.parametrize("fact", [*FROM_PARTNERS, *TO_PARTNERS], ids=lambda fact: fact.__name__)
def test_an_event_obeys_the_partners_document_too(fact: type[Fact]) -> None:
    document = yaml.safe_load(ASYNCAPI[1].read_text())
    schema = {"$ref": f"#/components/schemas/{fact.__name__}", "components": document["components"]}
    for example in examples()[fact.__name__].values():
        jsonschema.Draft202012Validator(schema).validate(example)


@pytest.mark.parametrize("path", ASYNCAPI, ids=lambda path: path.name)
def test_every_reference_in_the_asyncapi_document_leads_somewhere(path: Path) -> None:
    document = yaml.safe_load(path.read_text())
    for reference in _references(document):
        place = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


def _references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in _references(value)]
    if isinstance(node, list):
        return [found for value in node for found in _references(value)]
    return []


@pytest.mark.parametrize("fact", EVERY_FACT, ids=lambda fact: fact.__name__)
def test_the_examples_obey_the_schema_that_partners_are_given(fact: type[Fact]) -> None:
    schema = event_schema(fact)
    jsonschema.Draft202012Validator.check_schema(schema)
    for example in examples()[fact.__name__].values():
        jsonschema.Draft202012Validator(schema).validate(example)


def test_no_event_to_a_partner_has_a_field_for_the_asker() -> None:
    told = {name for fact in TO_PARTNERS for name in _properties(event_schema(fact))}
    assert told.isdisjoint({"asker", *Asker.model_fields} - {"name", "page_url"})


def _properties(schema: Document) -> list[str]:
    definitions = [schema, *schema.get("$defs", {}).values()]
    return [name for definition in definitions for name in definition.get("properties", {})]


@pytest.mark.parametrize("fact", [*FROM_PARTNERS, *TO_PARTNERS])
def test_the_page_for_programmers_names_every_field(fact: type[Fact]) -> None:
    page = (SERVED / "contract.html").read_text()
    section = page.partition(f"<h3><code>{fact.wire}</code></h3>")[2].partition("</section>")[0]
    assert all(f"<code>{field}</code>" in section for field in fact.model_fields)


def test_the_document_asks_for_the_questions_id_where_the_door_does() -> None:
    asks = {fact.wire for fact in FROM_PARTNERS if "subject" in event_schema(fact)["required"]}
    assert asks == {fact.wire for fact in FROM_PARTNERS} - {"question.submitted.v1"}
