import json
from pathlib import Path

import pytest

from devtools.documents.contract import GOLDEN, examples
from services.contracts.catalogue import EVERY_FACT, FROM_PARTNERS
from services.contracts.envelope import decode
from services.contracts.published.schemas import event_model
from services.contracts.vocabulary import Fact

BY_NAME = {fact.__name__: fact for fact in EVERY_FACT}
EXAMPLES = sorted(GOLDEN.glob("*/*.json"))


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", EXAMPLES, ids=name)
def test_an_example_can_be_read_for_ever(path: Path) -> None:
    model = event_model(BY_NAME[path.parent.name])
    event = decode(path.read_bytes(), {BY_NAME[path.parent.name].wire: model})
    assert event.type == BY_NAME[path.parent.name].wire


@pytest.mark.parametrize("path", EXAMPLES, ids=name)
def test_an_example_loses_nothing_when_written_again(path: Path) -> None:
    model = event_model(BY_NAME[path.parent.name])
    written = json.loads(model.model_validate_json(path.read_bytes()).encode())
    given = json.loads(path.read_bytes())
    assert {key: written[key] for key in given if key != "data"} == {
        key: given[key] for key in given if key != "data"
    }
    assert given["data"].items() <= written["data"].items()


@pytest.mark.parametrize("fact", EVERY_FACT, ids=lambda fact: fact.__name__)
def test_every_event_has_examples_of_all_fields_and_one_with_the_least(fact: type[Fact]) -> None:
    """A field that came later has an example of its own: those that stand are never edited."""
    stored = examples()[fact.__name__]
    assert set().union(*(example["data"] for example in stored.values())) == set(fact.model_fields)
    assert "full" in stored
    required = {field for field, info in fact.model_fields.items() if info.is_required()}
    assert set(stored["minimal"]["data"]) == required


def test_a_type_has_one_schema() -> None:
    """CloudEvents means `type` to tell which: a request and the fact that follows from it are two."""
    assert len({fact.wire for fact in EVERY_FACT}) == len(EVERY_FACT)


def test_no_example_stands_without_its_event() -> None:
    assert {path.parent.name for path in EXAMPLES} == set(BY_NAME)


READ_BY_OTHERS = [path for path in EXAMPLES if BY_NAME[path.parent.name] not in FROM_PARTNERS]
"""What partners submit is read by the door alone, which names every field that it does not know."""


@pytest.mark.parametrize("path", READ_BY_OTHERS, ids=name)
def test_a_field_of_a_later_version_is_ignored(path: Path) -> None:
    given = json.loads(path.read_bytes())
    given["data"]["a_field_of_next_year"] = given["an_extension"] = 1
    model = event_model(BY_NAME[path.parent.name])
    assert model.model_validate(given) == model.model_validate_json(path.read_bytes())
