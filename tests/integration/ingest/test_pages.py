import re
from datetime import timedelta
from uuid import UUID

import httpx

from services.contracts.ingest import AnswerReceived, QuestionReceived
from services.contracts.links.signed_links import asker_token, partner_token
from services.contracts.router import IntakeChanged, QuestionReopened
from tests.support.bench import MOMENT
from tests.support.ingest_doors import FACETS, KEYS, Ingest, answered_by, hears, ingest, routed_to
from tests.support.servers import Database, VirtualHost

HOUR = timedelta(hours=1)
FORM = {
    "text": "Où était le moulin de Grigny ?",
    "mail": "ada@example.org",
    "postcode": "69520",
    "country": "FR",
    "language": "fr",
    "publish_consent": "yes",
}


async def filled(door: Ingest, path: str = "/", **values: str) -> dict[str, str]:
    """The form as a browser would send it back: its hidden fields and what was typed."""
    page = (await door.http.get(path)).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return hidden | FORM | values


def path_of(answer: httpx.Response) -> str:
    return answer.headers["location"].removeprefix("http://sesame.example")


async def test_the_form_takes_a_question_and_leads_to_the_askers_page(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        answer = await door.http.post("/questions", data=FORM)
        page = await door.http.get(path_of(answer))
        (event,) = await door.announced(QuestionReceived)
    assert answer.status_code == 303
    assert "Merci, votre question est bien arrivée." in page.text
    assert event.data.facets.channel == "form"
    assert event.data.publish_consent


async def test_the_same_form_sent_twice_is_one_question(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost, quickest_form_seconds=0) as door:
        form = await filled(door)
        answers = [await door.http.post("/questions", data=form) for _ in range(2)]
        assert len(await door.announced(QuestionReceived)) == 1
    assert answers[0].headers["location"] == answers[1].headers["location"]


async def test_the_address_of_a_form_with_faults_leads_back_to_the_form(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        for path in ("/questions", "/questions/published"):
            answer = await door.http.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "http://sesame.example/")


async def test_whoever_kept_the_address_is_not_thanked_for_ever(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        path = path_of(await door.http.post("/questions", data=FORM))
        assert "Merci, votre question" in (await door.http.get(path)).text
        question: UUID = await door.fetchval("SELECT id FROM question")
        await hears(door, question, routed_to("grigny"), answered_by("grigny"))
        assert "Merci, votre question" not in (await door.http.get(path)).text


PHOTO = {"files": ("plan.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 32, "image/png")}


async def test_back_another_question_send_is_a_new_question(database: Database, vhost: VirtualHost) -> None:
    """The form that a browser goes back to has the number of the one that was sent."""
    async with ingest(database, vhost, quickest_form_seconds=0) as door:
        form = await filled(door)
        other = form | {"text": "Qui a bâti le lavoir ?"}
        sent = [form, other, other, form, form | {"lang": "en"}]
        answers = [await door.http.post("/questions", data=one) for one in sent]
        with_photo = [await door.http.post("/questions", data=other, files=PHOTO) for _ in range(2)]
        asked = [event.data for event in await door.announced(QuestionReceived)]
    pages = [path_of(answer).partition("?")[0] for answer in answers + with_photo]
    assert [one.text for one in asked] == [FORM["text"], other["text"], other["text"]]
    assert [len(one.attachments) for one in asked] == [0, 0, 1]
    first, second, third = dict.fromkeys(pages)
    assert pages == [first, second, second, first, first, third, third]


async def test_files_of_an_earlier_try_that_went_with_the_first_question_are_asked_for_again(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost, quickest_form_seconds=0) as door:
        form = await filled(door, mail="ada")
        page = (await door.http.post("/questions", data=form, files=PHOTO)).text
        kept = re.findall(r'name="kept" value="([^"]*)"', page)
        mended = form | {"mail": FORM["mail"], "kept": kept[0], "lang": "en"}
        first = [await door.http.post("/questions", data=mended) for _ in range(2)]
        other = await door.http.post("/questions", data=mended | {"text": "Qui a bâti le lavoir ?"})
        assert len(await door.announced(QuestionReceived)) == 1
    assert path_of(first[0]) == path_of(first[1])
    assert other.status_code == 422
    assert "choose them again" in other.text


async def test_files_of_an_answer_are_kept_over_a_fault(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        await door.http.post("/questions", data=FORM)
        question = await door.fetchval("SELECT id FROM question")
        await hears(door, question, routed_to("grigny"))
        page = f"/r/{partner_token(KEYS, question, 'grigny')}/answer"
        faulty = await door.http.post(page, data={"text": " ", "sources": "Atlas"}, files=PHOTO)
        kept = re.findall(r'name="kept" value="([^"]*)"', faulty.text)
        assert (faulty.status_code, len(kept)) == (422, 1)
        assert (await door.http.post(page, data={"text": "Ici.", "kept": kept[0]})).status_code == 303
        [answer] = await door.announced(AnswerReceived)
    assert [file.name for file in answer.data.attachments] == ["plan.png"]


async def test_a_pause_leads_to_what_is_published_and_not_to_itself(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost, archive_url="https://answers.example") as door:
        await hears(
            door, UUID(int=0), IntakeChanged(paused=True, notice="Nous revenons lundi.", actor="Rose")
        )
        page = await door.http.get("/?lang=fr")
    main = page.text.partition("<main")[2].partition("</main>")[0]
    assert page.status_code == 503
    assert "Nous revenons lundi." in main
    assert 'href="https://answers.example/?lang=fr"' in main
    assert 'href="http://sesame.example/?lang=fr"' not in main


async def test_every_kind_of_fault_is_told_in_one_round(database: Database, vhost: VirtualHost) -> None:
    wrong = FORM | {"text": "", "mail": "ada", "postcode": "7x", "lang": "en"}
    chosen = [
        ("files", ("film.exe", b"MZ\x90", "application/x-msdownload")),
        ("files", ("grand.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 10_000_001, "image/png")),
        *[("files", (f"{number}.png", PHOTO["files"][1], "image/png")) for number in range(2)],
    ]
    async with ingest(database, vhost) as door:
        answer = await door.http.post("/questions", data=wrong, files=chosen)
        page = " ".join(answer.text.split())
        assert await door.announced(QuestionReceived) == []
    assert answer.status_code == 422
    for told in (
        "Write your question.",
        "does not look like an e-mail address",
        "This is not a postcode in this country",
        "more than 10 MB: grand.png",
        "and so not taken: film.exe",
    ):
        assert told in page
    assert page.count('name="kept"') == 2


async def test_faults_are_shown_and_what_was_typed_is_kept(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        answer = await door.http.post("/questions", data=FORM | {"mail": "ada", "lang": "en"})
        assert await door.announced(QuestionReceived) == []
    assert answer.status_code == 422
    assert "does not look like an e-mail address" in answer.text
    assert FORM["text"] in answer.text


async def test_a_page_with_faults_says_so_first(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        page = await door.http.post("/questions", data={"text": "", "mail": "x", "lang": "en"})
    assert "<title>Error: Ask a question" in page.text
    assert 'role="alert" tabindex="-1" autofocus' in page.text


async def test_a_form_filled_in_by_a_program_is_held(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost, quickest_form_seconds=3600) as door:
        at_once = await filled(door)
        trapped = FORM | {"website": "https://spam.example"}
        answers = [await door.http.post("/questions", data=form) for form in (at_once, trapped)]
        assert await door.announced(QuestionReceived) == []
        assert await door.fetchval("SELECT count(*) FROM quarantine WHERE reason LIKE 'spam:%'") == 2
    assert [answer.status_code for answer in answers] == [202, 202]


async def test_the_browsers_language_is_spoken(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        english = await door.http.get("/", headers={"accept-language": "de, en-GB;q=0.8, fr;q=0.3"})
        french = await door.http.get("/", headers={"accept-language": "xx;q=abc, *"})
    assert ('lang="en"' in english.text, 'lang="fr"' in french.text) == (True, True)


async def test_a_form_in_a_partners_page_counts_for_the_partner(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost, quickest_form_seconds=0) as door:
        page = await door.http.get("/embed/grigny")
        await door.http.post("/questions", data=await filled(door, "/embed/grigny"))
        (event,) = await door.announced(QuestionReceived)
        plain = await door.http.get("/")
    assert event.data.facets.origin == "grigny"
    assert "frame-ancestors *" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in plain.headers["content-security-policy"]


async def test_the_askers_page_shows_where_the_question_stands(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        path = path_of(await door.http.post("/questions", data=FORM))
        question = (await door.announced(QuestionReceived))[0].subject
        await hears(door, question, routed_to("grigny"))
        routed = (await door.http.get(path)).text
        await hears(door, question, answered_by("grigny", "À <b>Grigny</b>."))
        answered = (await door.http.get(path)).text
    assert "Médiathèque de Grigny" in routed
    assert "À &lt;b&gt;Grigny&lt;/b&gt;." in answered
    assert 'href="https://gallica.example/moulin"' in answered


async def test_an_answer_that_did_not_do_stays_to_be_read_once(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        path = path_of(await door.http.post("/questions", data=FORM))
        question = (await door.announced(QuestionReceived))[0].subject
        await hears(door, question, routed_to("grigny"), answered_by("grigny", "Au bord du Rhône."))
        before = (await door.http.get(path)).text
        await hears(door, question, QuestionReopened(facets=FACETS), after=HOUR)
        await hears(door, question, routed_to("lyon"))
        again = (await door.http.get(path)).text
        theirs = (await door.http.get(f"/r/{partner_token(KEYS, question, 'lyon')}?lang=en")).text
    assert [shown.count("Au bord du Rhône.") for shown in (before, again, theirs)] == [1, 1, 1]
    assert "Médiathèque de Grigny answered" in theirs


async def test_a_library_overseas_reads_its_due_time_in_its_own_time_and_whose_it_is(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await door.http.post("/questions", data=FORM)
        question = (await door.announced(QuestionReceived))[0].subject
        saint_denis = routed_to("sdlr").model_copy(update={"time_zone": "Indian/Reunion"})
        at_home = routed_to("grigny").model_copy(update={"time_zone": "Europe/Paris", "attempt": 2})
        await hears(door, question, saint_denis)
        there = await door.http.get(f"/r/{partner_token(KEYS, question, 'sdlr')}?lang=fr")
        await hears(door, question, at_home)
        here = await door.http.get(f"/r/{partner_token(KEYS, question, 'grigny')}?lang=fr")
    assert due_on(there) == "vendredi 20 novembre 2026 à 13 h 12 (heure de La Réunion)"
    assert due_on(here) == "vendredi 20 novembre 2026 à 10 h 12"


def due_on(page: httpx.Response) -> str:
    found = re.search(r"<dt>À traiter avant le</dt><dd><time[^>]*>([^<]*)</time>", page.text)
    assert found is not None, page.text
    return found[1].replace("\u202f", " ").replace("\xa0", " ")


async def test_an_empty_text_of_the_asker_is_told_at_its_field(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await door.http.post("/questions", data=FORM)
        question = (await door.announced(QuestionReceived))[0].subject
        await hears(door, question, routed_to("grigny"), answered_by("grigny"))
        path = f"/q/{asker_token(KEYS, question)}"
        for form, field in (("follow-up", "text"), ("reopen", "why")):
            page = (await door.http.post(f"{path}/{form}", data={"text": " ", "lang": "fr"})).text
            assert f'<p id="{field}-fault"><a href="#{field}">Écrivez votre texte' in page
            assert f'{field}-fault" aria-invalid="true"' in page
            assert page.count("<details open>") == 1


async def test_a_reopened_question_is_open_again_and_shows_its_new_answer(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        path = path_of(await door.http.post("/questions", data=FORM))
        question = (await door.announced(QuestionReceived))[0].subject
        await hears(door, question, routed_to("grigny"), answered_by("grigny", "Au moulin à vent."))
        await hears(door, question, QuestionReopened(facets=FACETS), after=HOUR)
        reopened = (await door.http.get(path)).text
        await hears(door, question, answered_by("lyon", "À la roue de Grigny.", at=MOMENT + 2 * HOUR))
        answered = (await door.http.get(path)).text
    assert 'class="card answer"' not in reopened
    assert 'class="card answer"' in answered
    assert '/withdraw"' in reopened
    assert "À la roue de Grigny." in answered


async def test_no_page_opens_without_its_link(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        answers = [await door.http.get(path) for path in ("/q/x", "/q/" + "a" * 51, "/nowhere")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_the_pages_that_law_asks_for_hold_the_facts_of_the_installation(
    database: Database, vhost: VirtualHost
) -> None:
    facts = {"network_publisher": "Bibliothèque de Brumal", "network_contact": "bonjour@brumal.example"}
    async with ingest(database, vhost, retention_days=400, promise_hours=48, **facts) as door:
        home = (await door.http.get("/?lang=fr")).text
        for name in ("legal", "privacy", "accessibility"):
            assert f"/{name}?lang=fr" in home
        assert "Réponse sous 2 jours ouvrés" in " ".join(home.split())
        assert "Bibliothèque de Brumal" in (await door.http.get("/legal?lang=fr")).text
        assert "400 jours" in " ".join((await door.http.get("/privacy?lang=fr")).text.split())
        statement = (await door.http.get("/accessibility?lang=fr")).text
        assert "bonjour@brumal.example" in statement
        assert "n’est pas conforme" in statement


async def test_the_network_shows_its_own_colour(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost, network_accent="#7a0026") as door:
        assert "--accent: #7a0026" in (await door.http.get("/face.css")).text


async def test_a_library_reads_the_names_of_those_asked_before(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await door.http.post("/questions", data=FORM)
        question = await door.fetchval("SELECT id FROM question")
        await hears(door, question, routed_to("lyon", "Lyon"), routed_to("grigny", "Grigny"))
        page = (await door.http.get(f"/r/{partner_token(KEYS, question, 'grigny')}?lang=fr")).text
        assert "<dd>Lyon</dd>" in page
        assert "OtherLanguage" not in page


async def test_no_page_shows_a_value_as_the_program_has_it(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        await door.http.post("/questions", data=FORM)
        question = await door.fetchval("SELECT id FROM question")
        await hears(door, question, routed_to("grigny"))
        page = (await door.http.get(f"/q/{asker_token(KEYS, question)}?lang=fr")).text
        assert 'aria-current="step">En recherche</li>' in page
        for shown in ("(&#39;", "None", "UUID(", "datetime("):
            assert shown not in page


ARCHIVE = "https://archive.example"


async def test_answers_already_published_are_offered_before_sending(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost, archive_url=ARCHIVE) as door:
        form = await door.http.get("/?lang=fr")
        assert f'data-search="{ARCHIVE}/api/v1/similar"' in form.text
        assert f"connect-src {ARCHIVE}" in form.headers["content-security-policy"]
        looked = await door.http.post("/questions/published?lang=fr", data=FORM | {"lang": "fr"})
        assert (looked.status_code, f'<iframe src="{ARCHIVE}/similar?q=' in looked.text) == (200, True)
        assert FORM["text"] in looked.text
        assert await door.announced(QuestionReceived) == []


async def test_without_an_archive_nothing_is_offered(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        form = await door.http.get("/?lang=fr")
        assert "published.js" not in form.text
        assert "script-src" not in form.headers["content-security-policy"]
