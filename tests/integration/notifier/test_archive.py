"""Promises of the archive: nothing without consent and release, everything findable, withdrawn is gone."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from devtools.checkout import ROOT
from services.contracts.ingest import AskerErased, QuestionWithdrawn
from services.notifier.domain.search_terms import near
from services.notifier.handlers.similar import SimilarAnswers
from services.notifier.store.archive import published
from tests.support.notifier_archive import URL, Archive, archive
from tests.support.servers import Database

MIGRATIONS = ROOT / "services" / "notifier" / "migrations"
ATOM = "{http://www.w3.org/2005/Atom}"
MILLS = "Où se trouvaient les moulins de la Bièvre avant qu'elle soit couverte ?"


@pytest.fixture
async def here(database: Database) -> AsyncIterator[Archive]:
    async with archive(database) as here:
        yield here


async def test_answer_is_not_public_before_its_release(here: Archive) -> None:
    number = await here.number_of(await here.answered(MILLS))
    assert (await here.reader.get(f"/a/{number}")).status_code == 404
    assert await here.found("moulins") == []
    assert await here.proposed(number, "question") == [MILLS]


async def test_without_the_askers_consent_nothing_waits_for_release(here: Archive) -> None:
    await here.answered(MILLS, consent=False)
    assert await here.on.pool.fetchval("SELECT count(*) FROM archive_entry") == 0


async def test_release_publishes_the_coordinators_words_and_announces_the_address(here: Archive) -> None:
    number = await here.number_of(await here.answered(MILLS))
    await here.decide(number, "release", title="Les moulins de la Bièvre", answer="Voir l'atlas.")
    page = (await here.reader.get(f"/a/{number}")).text
    assert "Les moulins de la Bièvre" in page
    assert "Voir l&#39;atlas." in page
    [published] = await here.on.announced()
    assert (published.data.place, published.data.url) == ("archive", f"{URL}/a/{number}")


async def test_proposed_text_is_free_of_what_looks_personal(here: Archive) -> None:
    question = await here.answered(f"{MILLS} Odile Marchand, 06 12 34 56 78")
    [shown] = await here.proposed(await here.number_of(question), "question")
    assert shown.endswith("[…] […], […]")


TALK = "Entretien avec Odile Marchand, o.vaumont@brumal.example, 06 00 00 00 00"


async def test_sources_are_shown_masked_edited_and_released_as_edited(here: Archive) -> None:
    number = await here.number_of(await here.answered(MILLS, sources=(TALK, "Atlas de 1823", "Mon voisin")))
    shown = await here.proposed(number, "source")
    assert shown == ["Entretien avec […], […], […]", "Atlas de 1823", "Mon voisin"]
    await here.decide(number, "release", sources=("Atlas de 1823, planche 4",))
    reply = json.loads((await here.reader.get(f"/api/v1/answers/{number}")).content)
    assert reply["sources"] == ["Atlas de 1823, planche 4"]


async def test_subject_is_shown_and_can_be_taken_away(here: Archive) -> None:
    number = await here.number_of(await here.answered(MILLS, subject="voisin-dupont"))
    assert await here.proposed(number, "subject") == ["voisin-dupont"]
    assert (await here.decide(number, "release", subject="Mon voisin"))["field"] == "subject"
    await here.decide(number, "release", subject=None)
    assert "dupont" not in (await here.reader.get(f"/a/{number}")).text
    assert "dupont" not in (await here.reader.get("/")).text


async def test_without_review_no_field_of_an_entry_is_left_unmasked(database: Database) -> None:
    async with archive(database, "masked") as here:
        await here.answered(f"{MILLS} {TALK}", TALK, sources=(TALK,), subject="odile-marchand")
        [entry] = await here.on.pool.fetch("SELECT * FROM archive_entry")
        number = entry["number"]
        assert entry["state"] == "published"
        for place in (f"/a/{number}", f"/api/v1/answers/{number}", "/feed.atom", "/api/v1/answers", "/"):
            shown = (await here.reader.get(place)).text
            for personal in ("odile", "marchand", "brumal", "06 00"):
                assert personal not in shown.lower(), (place, personal)


async def test_network_without_review_releases_at_once_what_is_masked(database: Database) -> None:
    async with archive(database, "masked") as here:
        number = await here.number_of(await here.answered(f"{MILLS} Odile, 06 12 34 56 78"))
        page = (await here.reader.get(f"/a/{number}")).text
        assert "moulins" in page
        assert "Odile" not in page
        assert "06 12" not in page


async def test_release_page_proposes_a_title_that_asks(here: Archive) -> None:
    number = await here.number_of(
        await here.answered(f"Bonjour Madame,\n\nJ'habite Gentilly. {MILLS} Merci !")
    )
    assert await here.proposed(number, "title") == [MILLS]


async def test_a_theme_given_at_release_is_called_by_its_name(here: Archive) -> None:
    number = await here.number_of(await here.answered(MILLS, subject="vie-pratique"))
    await here.decide(number, "release", subject="histoire")
    assert "Histoire et patrimoine" in (await here.reader.get(f"/a/{number}")).text


async def test_list_shows_where_the_word_stands(here: Archive) -> None:
    answer = (
        "Bonjour,\n\nMerci pour votre question.\n\n"
        + "Nous avons vu le fonds. " * 20
        + "Les cartes sont à Gentilly."
    )
    await here.released(MILLS, answer)
    listed = json.loads((await here.reader.get("/api/v1/answers")).content)["answers"][0]["excerpt"]
    found = json.loads((await here.reader.get("/api/v1/answers?q=carte")).content)["answers"][0]["excerpt"]
    assert listed.startswith("Nous avons vu le fonds.")
    assert found == "Les cartes sont à Gentilly."


async def test_a_filter_alone_says_how_many_stand_under_it(here: Archive) -> None:
    await here.released(MILLS, subject="histoire")
    await here.released("Comment conserver un herbier ?", "Au sec, à plat.", subject="sciences")
    page = (await here.reader.get("/?subject=histoire&lang=fr")).text
    assert "<title>Histoire et patrimoine · " in page
    assert re.search(r"<h2>1\s*réponse trouvée · Histoire et patrimoine</h2>", page)
    assert "<h2>Les dernières réponses</h2>" in (await here.reader.get("/?lang=fr")).text
    assert "Histoire et patrimoine (1)</option>" in page
    assert '<option value="2026">2026</option>' in page, "not the two of the whole archive"
    assert '<option value="2026">2026 (2)</option>' in (await here.reader.get("/")).text


async def test_a_forgiven_spelling_is_told_as_it_was_written(here: Archive) -> None:
    await here.released(MILLS)
    page = (await here.reader.get("/?q=<b>moulnis&lang=en")).text
    assert "Results for a spelling close to “&lt;b&gt;moulnis”" in page


async def test_what_shares_only_small_words_is_not_related(here: Archive) -> None:
    first = await here.released("Bonjour, je cherche des recettes au piment d'avant le congélateur.")
    second = await here.released("Bonjour, je cherche le nombre de jurés tirés au sort avant 1980.")
    assert f"/a/{second}" not in (await here.reader.get(f"/a/{first}")).text
    typed = {"q": "Bonjour, je cherche une écluse d'avant 1900"}
    assert (await here.reader.get("/api/v1/similar", params=typed)).json() == {"answers": []}


@pytest.mark.parametrize("query", ["moulin", "MOULINS", "bievre", "Bièvre couvertes", "atlas"])
async def test_found_by_stem_and_without_accents(here: Archive, query: str) -> None:
    number = await here.released(MILLS, "Regardez dans un atlas ancien.")
    assert await here.found(query) == [number]


@pytest.mark.parametrize("query", ["moulnis", "mouliins", "biévres", "mulins", "mulyns", "couverrtte"])
async def test_typing_mistakes_are_forgiven(here: Archive, query: str) -> None:
    number = await here.released(MILLS)
    assert await here.found(query) == [number]


async def test_one_word_is_enough_when_nothing_holds_all(here: Archive) -> None:
    number = await here.released(MILLS)
    assert await here.found("moulins astronomie") == [number]


async def test_filters_narrow_what_is_found(here: Archive) -> None:
    first = await here.released(MILLS, partner="bpi")
    second = await here.released("Quels moulins reste-t-il à Lyon ?", partner="lyon")
    assert set(await here.found("moulins")) == {first, second}
    assert await here.found("moulins", library="lyon") == [second]
    assert await here.found("moulins", subject="droit") == []
    assert await here.found("", library="bpi", year="2026") == [first]


async def test_withdrawn_question_is_gone_from_everywhere(here: Archive) -> None:
    question = await here.answered(MILLS)
    number = await here.number_of(question)
    await here.decide(number, "release")
    await here.hear(question, QuestionWithdrawn())
    assert (await here.reader.get(f"/a/{number}")).status_code == 410
    assert (await here.reader.get(f"/api/v1/answers/{number}")).status_code == 410
    assert await here.found("moulins") == []
    for address in ("/", "/feed.atom", "/sitemap-0.xml", "/embed/bpi"):
        assert "moulins" not in (await here.reader.get(address)).text
    kept = await here.on.pool.fetchrow("SELECT * FROM archive_entry")
    assert "moulins" not in str(kept)


async def test_coordinator_can_take_an_answer_off(here: Archive) -> None:
    number = await here.released(MILLS)
    await here.decide(number, "withdraw")
    assert (await here.reader.get(f"/a/{number}")).status_code == 410


async def test_erased_asker_leaves_nothing_that_waits_for_release(here: Archive) -> None:
    question = await here.answered(MILLS)
    await here.hear(question, AskerErased(reason="wish"))
    [entry] = await here.on.pool.fetch("SELECT * FROM archive_entry")
    assert "moulins" not in str(entry)


async def test_text_of_an_asker_is_never_markup(here: Archive) -> None:
    number = await here.released("<script>alert(1)</script> </script> moulins", "<b>non</b>")
    page = (await here.reader.get(f"/a/{number}")).text
    assert "<script>alert" not in page
    assert "<b>non" not in page
    assert page.count("</script>") == 1


async def test_related_answers_share_rare_words(here: Archive) -> None:
    first = await here.released(MILLS)
    second = await here.released("Les moulins de la Bièvre ont-ils été peints ?")
    await here.released("Comment conserver un herbier ?", "Au sec, à plat.")
    page = (await here.reader.get(f"/a/{first}")).text
    assert f'/a/{second}?lang=fr"' in page
    assert "herbier" not in page


async def test_answers_like_a_text_are_found_while_it_is_written(here: Archive) -> None:
    number = await here.released(MILLS)
    typed = {"q": "Bonjour, je cherche les moulins de la Bièvre"}
    answers = (await here.reader.get("/api/v1/similar", params=typed)).json()["answers"]
    assert [(one["url"], one["language"]) for one in answers] == [(f"{URL}/a/{number}", "fr")]
    assert answers[0]["title"].endswith("\u00a0?")
    framed = await here.reader.get("/similar", params=typed)
    assert f"/a/{number}" in framed.text
    assert "frame-ancestors *" in framed.headers["content-security-policy"]
    assert (await here.reader.get("/api/v1/similar?q=")).json() == {"answers": []}


async def test_feed_is_atom_with_lasting_addresses(here: Archive) -> None:
    number = await here.released(MILLS)
    root = ElementTree.fromstring((await here.reader.get("/feed.atom?library=bpi")).content)
    assert root.tag == f"{ATOM}feed"
    assert [child.text for child in root.findall(f"{ATOM}entry/{ATOM}id")] == [f"{URL}/a/{number}"]
    for name in ("id", "title", "updated"):
        assert root.findtext(f"{ATOM}{name}")
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {"self": f"{URL}/feed.atom?library=bpi", "alternate": f"{URL}/?library=bpi"}


async def test_question_and_answer_of_two_languages_each_say_theirs(here: Archive) -> None:
    """To screen readers, feed readers and search engines; the form's choice says only what was hoped for."""
    number = await here.released("Де знайти українські книжки для дітей?")
    page = (await here.reader.get(f"/a/{number}?lang=en")).text
    assert '<h1 dir="auto" lang="uk">' in page
    assert '<blockquote class="text" dir="auto" lang="fr">' in page
    assert '"inLanguage":"uk"' in page
    root = ElementTree.fromstring((await here.reader.get("/feed.atom?lang=en")).content)
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    told = [root.find(f"{ATOM}entry/{ATOM}{name}") for name in ("title", "summary")]
    assert [root.get(language), *(one is not None and one.get(language) for one in told)] == [
        "en",
        "uk",
        "fr",
    ]


async def test_odd_characters_leave_the_feed_readable(here: Archive) -> None:
    await here.released("Que veut dire \ufffe\uffff\x1b ici ? 🌊 Où lire ?")
    root = ElementTree.fromstring((await here.reader.get("/feed.atom")).content)
    assert root.findtext(f"{ATOM}entry/{ATOM}title") == "Que veut dire  ici ?"


async def test_another_method_gets_a_page_of_ours(here: Archive) -> None:
    answer = await here.reader.post("/?lang=fr")
    assert answer.status_code == 405
    assert "Cette page n’existe pas" in answer.text


async def test_sitemap_names_every_answer(here: Archive) -> None:
    number = await here.released(MILLS)
    assert f"{URL}/sitemap-0.xml" in (await here.reader.get("/sitemap.xml")).text
    assert f"<loc>{URL}/a/{number}</loc>" in (await here.reader.get("/sitemap-0.xml")).text


async def test_page_speaks_the_readers_language(here: Archive) -> None:
    english = await here.reader.get("/", headers={"Accept-Language": "en-GB,en;q=0.9,fr;q=0.5"})
    assert '<html lang="en">' in english.text
    assert '<html lang="fr">' in (await here.reader.get("/?lang=fr")).text


@pytest.mark.parametrize("query", ["?page=0", "?page=x&year=never", "?q=%00", "?q=(((&subject=%27", "?q=-"])
async def test_odd_addresses_still_show_the_archive(here: Archive, query: str) -> None:
    assert (await here.reader.get(f"/{query}")).status_code == 200


async def test_unknown_library_has_no_frame(here: Archive) -> None:
    assert (await here.reader.get(f"/embed/{uuid4()}")).status_code == 404


async def test_partner_can_frame_its_own_answers(here: Archive) -> None:
    await here.released(MILLS, partner="bpi")
    await here.released("Comment conserver un herbier ?", partner="lyon")
    frame = await here.reader.get("/embed/lyon")
    assert "frame-ancestors *" in frame.headers["content-security-policy"]
    assert "herbier" in frame.text
    assert "Bièvre" not in frame.text
    assert "asker.example" not in frame.text


async def test_respondent_is_offered_what_was_answered_before(here: Archive) -> None:
    number = await here.released(MILLS)
    await here.released("Comment conserver un herbier ?", "Au sec, à plat.")
    similar = SimilarAnswers(here.on.pool, URL)
    asked = await similar.to("Combien de moulins comptait la Bièvre ?")
    assert [one.url for one in asked] == [f"{URL}/a/{number}"]


async def test_empty_archive_offers_nothing(here: Archive) -> None:
    assert await SimilarAnswers(here.on.pool, URL).to(MILLS) == ()


async def test_reading_an_answer_is_counted_and_not_by_whom(here: Archive) -> None:
    number = await here.released("Who built the first lighthouse?")
    for reader in ("Firefox", "Firefox", "Googlebot/2.1"):
        await here.reader.get(f"/a/{number}", headers={"user-agent": reader})
    await here.reader.head(f"/a/{number}")
    await here.views.announce()
    await here.views.announce()
    viewed = [event for event in await here.on.announced() if event.type == "question.viewed.v1"]
    assert [(event.data.views, event.data.partner.id) for event in viewed] == [(2, "bpi")]


async def test_both_ways_of_reading_find_the_same(here: Archive) -> None:
    for turn in range(6):
        await here.released(f"Quels livres lire sur les moulins, tome {turn} ?")
    await here.released("Quels livres lire sur les ponts ?")
    asked = ("moulins livres", None, "bpi", None, 5, 3, 1)
    walked, gathered = [await here.on.pool.fetch(way, *asked) for way in (published.WALK, published.GATHER)]
    assert [dict(row) for row in walked] == [dict(row) for row in gathered]
    assert [row["found"] for row in walked] == [5] * 3


async def test_gold_is_a_word_like_any_other(here: Archive) -> None:
    gold = await here.released("Où trouvait-on des mines d'or, et où fondait-on l'or ?")
    await here.released("Où fondait-on le fer ?")
    assert await here.found("mines or") == [gold]


@pytest.mark.parametrize("path", ["/", "/?q=tour", "/a/7", "/api/v1/answers"])
async def test_while_the_database_is_away_readers_are_told_to_come_back(
    database: Database, path: str
) -> None:
    async with archive(database) as here:
        await here.on.pool.close()
        told = await here.reader.get(path, headers={"accept-language": "fr"})
    assert told.status_code == 503
    assert told.headers["retry-after"]
    assert "Un instant, s’il vous plaît" in told.text


async def test_words_kept_before_two_slips_were_forgiven_are_found_with_them(here: Archive) -> None:
    await here.released(MILLS)
    await here.on.pool.execute("UPDATE archive_word SET near = '{}'")
    await here.on.pool.execute((MIGRATIONS / "0030.two-slips.sql").read_text())
    kept = await here.on.pool.fetch("SELECT word, near FROM archive_word")
    assert kept
    assert [(row["word"], set(row["near"])) for row in kept] == [
        (row["word"], set(near(row["word"]))) for row in kept
    ]
