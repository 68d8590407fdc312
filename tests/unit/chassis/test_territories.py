"""Places are told by name, never by INSEE's codes."""

from __future__ import annotations

import pytest

from services.chassis.language import Languages, territories
from services.chassis.language.languages import NAMES
from services.chassis.language.names import Names
from services.router.domain import gazetteer


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("67", "Bas-Rhin (67)"),
        ("2A", "Corse-du-Sud (2A)"),
        ("region:44", "Grand Est"),
        ("region:BE-WAL", "Wallonie"),
        ("BE-WLG", "Liège"),
        ("country:BE", "Belgique"),
        ("postcode:69001", "69001"),
    ],
)
def test_a_territory_is_said_by_its_name(word: str, name: str) -> None:
    assert Names(Languages.of(NAMES)["fr"]).territory(word) == name


def test_every_region_the_router_knows_has_a_name() -> None:
    regions = {region for code, region in gazetteer.REGIONS.items() if code in territories.DEPARTMENTS}
    assert regions <= set(territories.REGIONS)
