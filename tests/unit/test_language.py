"""The one mechanism of texts: catalogues whole, signs well set, dates and numbers as people write them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2.ext import babel_extract

from devtools.checkout import ROOT
from devtools.documents.texts import KEYWORDS, SERVICES, TEMPLATES, Domain, domains, faults, renew
from services.chassis.language import Languages, Translator
from services.chassis.language.catalogues import is_whole, read_file
from services.chassis.language.clocks import reads_another_clock, territory_of
from services.chassis.language.languages import NAMES
from services.chassis.language.names import Names
from services.chassis.language.typography import set_right
from services.notifier.domain.kinds import Addressee, kinds_that

MOMENT = datetime(2026, 12, 1, 7, 30, tzinfo=UTC)
FRENCH, ENGLISH, DUTCH = (Languages.of(NAMES)[code] for code in ("fr", "en", "nl"))


def test_every_catalogue_says_all_and_only_what_is_shown() -> None:
    assert [fault for domain in domains() for fault in faults(domain)] == []


@pytest.mark.parametrize(
    ("words", "written"),
    [
        (FRENCH, "mardi 1er\u00a0décembre 2026 à\u00a08\u00a0h\u00a030"),
        (ENGLISH, "Tuesday 1\u00a0December 2026 at\u00a008:30"),
        (DUTCH, "dinsdag 1\u00a0december 2026 om\u00a008.30\u00a0uur"),
    ],
)
def test_moments_are_written_as_people_write_them(words: Translator, written: str) -> None:
    assert words.moment(MOMENT) == written


def test_a_full_hour_has_no_minutes_in_french() -> None:
    assert FRENCH.short_moment(MOMENT.replace(minute=0)) == "1er\u00a0décembre 2026 à\u00a08\u00a0h"


def test_another_zone_is_named_where_its_clocks_differ() -> None:
    assert FRENCH.moment(MOMENT, "Indian/Reunion").endswith("11\u00a0h\u00a030 (heure de La Réunion)")
    assert FRENCH.moment(MOMENT, "Europe/Brussels") == FRENCH.moment(MOMENT)


@pytest.mark.parametrize(
    ("language", "country", "postcode", "elsewhere"),
    [
        ("fr", None, None, False),
        ("fr", "FR", "75013", False),
        ("fr", "FR", "97400", True),
        ("fr", "BE", "1000", False),
        ("nl", "BE", None, False),
        ("fr", "CA", None, True),
        ("en", None, None, True),
        ("en", "FR", None, True),
        ("ar", "EG", None, True),
    ],
)
def test_who_may_read_another_clock_is_told_the_zone(
    language: str, country: str | None, postcode: str | None, elsewhere: bool
) -> None:
    territory = territory_of(country, postcode)
    assert reads_another_clock("Europe/Paris", MOMENT, language, territory) is elsewhere


def test_abroad_the_networks_own_zone_is_named() -> None:
    assert FRENCH.moment(MOMENT, abroad=True).endswith("8\u00a0h\u00a030 (heure d’Europe centrale)")
    assert ENGLISH.moment(MOMENT, abroad=True).endswith("08:30 (Central European Time)")


def test_sizes_and_numbers_follow_the_language() -> None:
    assert (FRENCH.size(54_321), ENGLISH.size(54_321)) == ("54\u202fko", "54\u00a0kB")
    assert (FRENCH.size(1), FRENCH.number(1660), FRENCH.percent(0.12)) == (
        "1\u202fko",
        "1\u202f660",
        "12\u00a0%",
    )


def test_codes_are_shown_by_name_and_unknown_ones_made_readable() -> None:
    names = Names(FRENCH)
    assert names.theme("geographie-voyages") == "Géographie et voyages"
    assert names.theme("monnaies-anciennes") == "Monnaies anciennes"
    assert names.theme(None) == ""
    assert (FRENCH.language_name("uk"), FRENCH.country("LU")) == ("ukrainien", "Luxembourg")


@pytest.mark.parametrize(
    ("wish", "header", "spoken"),
    [
        (None, "de, en;q=0.8, fr;q=0.9", "fr"),
        (None, "nl-BE,nl;q=0.9,en;q=0.5", "nl"),
        (None, "de", "fr"),
        ("en", "fr", "en"),
        ("xx", "en", "en"),
        (None, "en;q=9.9.9", "fr"),
    ],
)
def test_the_reader_gets_the_language_wished_for(wish: str | None, header: str, spoken: str) -> None:
    assert Languages.of(NAMES).wished(wish, header).language == spoken


PO = """# {comment}
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

"""


@pytest.fixture
def domain(tmp_path: Path) -> Domain:
    (tmp_path / "pages.py").write_text('words.gettext("Ask %(library)s", library=name)\n')
    (tmp_path / "page.html").write_text("<p>{{ _('Thank you') }}</p>\n")
    return Domain("pages", tmp_path)


def _write(domain: Domain, text: str, comment: str = "French") -> None:
    path = domain.path("fr")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PO.format(comment=comment) + text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('msgid "Thank you"\nmsgstr "Merci"\n', "missing"),
        ('msgid "Good-bye"\nmsgstr "Au revoir"\n', "nobody says it"),
        ('msgid "Thank you"\nmsgstr ""\n', "not translated"),
        ('#, fuzzy\nmsgid "Thank you"\nmsgstr "Merci"\n', "fuzzy"),
        ('msgid "Ask %(library)s"\nmsgstr "Demander à %(bibliotheque)s"\n', "placeholders"),
        ('msgid "Thank you"\nmsgstr "Merci d\'avance"\n', "write ’"),
    ],
)
def test_what_is_wrong_in_a_catalogue_is_named(domain: Domain, text: str, fault: str) -> None:
    _write(domain, text)
    assert any(fault in line for line in faults(domain, domain.folder))


def test_a_begun_language_may_lack_what_is_said_in_english(domain: Domain) -> None:
    assert renew(domain, "nl")
    assert list(faults(domain, domain.folder)) == []
    assert Languages.of(domain.locale)["nl"].gettext("Thank you") == "Thank you"
    assert Languages.of(domain.locale)["nl"].begun


SPOKEN_TO_ASKERS = (
    ("ingest", "entrypoints/http/pages/templates", ("ask", "asker", "macros", "message", "page", "privacy")),
    ("notifier", "entrypoints/archive/templates", ("embedded", "entry", "home", "macros", "page", "similar")),
    (
        "notifier",
        "sending/mail/templates",
        sorted(kinds_that(lambda traits: traits.addressee is Addressee.ASKER)),
    ),
)


@pytest.mark.parametrize("language", ["fr", "nl"])
@pytest.mark.parametrize(("service", "folder", "names"), SPOKEN_TO_ASKERS)
def test_askers_read_their_pages_and_mails_whole(
    service: str, folder: str, names: Sequence[str], language: str
) -> None:
    """In Dutch, too, of which the rest is begun."""
    told = read_file(SERVICES / service / "locale" / language / "LC_MESSAGES" / f"{service}.po", language)
    lacking = {message.id for message in told if message.id and not is_whole([message])}
    for name in names:
        [path] = (SERVICES / service / folder).glob(f"{name}.*")
        with path.open("rb") as file:
            said = [ids for _, _, ids, _ in babel_extract(file, [*KEYWORDS], (), TEMPLATES)]
        one_each = {
            ids if isinstance(ids, str) else tuple(part for part in ids or () if part) for ids in said
        }
        assert not one_each & lacking, path


def test_the_image_keeps_what_is_known_of_every_language() -> None:
    kept = set(re.findall(r"! -name (\w+)\.dat", (ROOT / "deploy" / "Dockerfile").read_text()))
    spoken = {language for domain in domains() for language in domain.languages()}
    assert kept >= spoken | {"root", "en", "en_001", "en_GB"}


def test_signs_are_set_right_whoever_wrote_them(domain: Domain) -> None:
    _write(domain, 'msgid "Thank you"\nmsgstr "« Merci » : déjà ? l\'an %(n)s fois"\n')
    said = Languages.of(domain.locale)["fr"].gettext("Thank you", n=3)
    assert said == "«\u00a0Merci\u00a0»\u00a0: déjà\u202f? l’an 3\u00a0fois"


@pytest.mark.parametrize(
    ("language", "written", "set_well"),
    [
        ("fr", "Trois au plus, de 10 Mo chacun", "Trois au plus, de 10\u00a0Mo chacun"),
        ("fr", "la loi n° 2005-102 du 11 février 2005", "la loi n°\u00a02005-102 du 11\u00a0février 2005"),
        ("fr", "appeler le 09 69 39 00 00", "appeler le 09\u00a069\u00a039\u00a000\u00a000"),
        ("nl", "van 11 februari 2005, versie 4.1", "van 11\u00a0februari 2005, versie 4.1"),
        ("en", "RGAA version 4.1, 8 h 30, 2 hours", "RGAA version\u00a04.1, 8\u00a0h\u00a030, 2 hours"),
    ],
)
def test_no_line_ends_inside_a_measure_a_date_or_a_telephone_number(
    language: str, written: str, set_well: str
) -> None:
    assert set_right(written, language) == set_well
