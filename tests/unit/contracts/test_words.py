"""The words that may be said of a question are the same in the contract, in routing and on pages."""

from services.chassis.language import names
from services.contracts import vocabulary
from services.ingest.entrypoints.http.pages import choices
from services.router.domain import themes


def test_every_theme_of_the_contract_is_routed_by_and_has_a_name() -> None:
    assert set(vocabulary.THEMES) == set(themes.THEMES) == set(names.THEMES)


def test_every_purpose_of_the_contract_has_a_name_and_the_form_offers_none_that_it_lacks() -> None:
    assert set(vocabulary.PURPOSES) == set(names.PURPOSES)
    assert set(choices.PURPOSES) <= set(vocabulary.PURPOSES)
