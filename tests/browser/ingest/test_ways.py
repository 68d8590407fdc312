"""Asking, following and answering by keyboard alone, and as a screen reader reads them out."""

from __future__ import annotations

from services.contracts.ingest import AnswerReceived, QuestionRated
from services.contracts.links.signed_links import asker_token, partner_token
from services.ingest.domain.states import AskerState, LibraryState
from tests.browser.ingest.test_every_state import LIBRARY, ROUTED, added, brought
from tests.browser.ingest.test_pages import here
from tests.support.ingest_doors import KEYS, answered_by
from tests.support.screen import Screen, screen
from tests.support.servers import Database, VirtualHost

AT_ONCE = {"quickest_form_seconds": 0}
HEAD = [
    "link Aller au contenu",
    "banner",
    "link Sésame",
    "navigation Langues",
    "link English",
    "link Nederlands",
    "main",
]
FOOT = [
    "contentinfo",
    "navigation À propos de ce site",
    "list",
    "link Poser une question",
    "link Mentions légales",
    "link Données personnelles",
    "link Accessibilité : non conforme",
]
FORM = [
    "heading 1 Une question ? Des bibliothécaires vous répondent.",
    "form",
    "textbox Votre question",
    "textbox Précision privée (facultatif)",
    "textbox Votre adresse électronique",
    "button Photo ou document (facultatif)",
    "textbox Code postal (facultatif)",
    "combobox Pays",
    "combobox Langue de la réponse",
    "combobox Dans quel cadre ? (facultatif)",
    "checkbox J’accepte que ma question et sa réponse soient publiées sans mon nom, pour aider d’autres"
    " personnes.",
    "button Envoyer ma question",
]
ANSWERED = [
    "heading 1 Votre question",
    "list",
    "status",
    "region La réponse",
    "heading 2 La réponse",
    "heading 3 Sources",
    "list",
    "link https://gallica.example/moulin",
    "region Vous avez écrit",
    "heading 2 Vous avez écrit",
    "region La suite de l’échange",
    "heading 2 La suite de l’échange",
    "heading 3 Médiathèque de Grigny ajoute, 20 novembre 2026 à 10 h 12",
    "region Ce que vous pouvez faire",
    "heading 2 Cette réponse vous a-t-elle été utile ?",
    "form",
    "group Votre note",
    "radio 1 pas du tout",
    "radio 2 un peu",
    "radio 3 assez",
    "radio 4 bien",
    "radio 5 très bien",
    "textbox Votre commentaire (facultatif)",
    "button Donner cette note",
    "group",
    "DisclosureTriangle Poser une question complémentaire",
    "group",
    "DisclosureTriangle Cette réponse ne m’aide pas",
    "group",
    "DisclosureTriangle Effacer mes données",
]
YOURS = [
    "heading 1 Une question pour vous",
    "region La question",
    "heading 2 La question",
    "form",
    "textbox Qui s’en occupe (facultatif)",
    "button Nous nous en occupons",
    "group",
    "DisclosureTriangle Demander une précision à l’usager",
    "group",
    "DisclosureTriangle Ne pas répondre, ou passer la question",
    "group",
    "DisclosureTriangle Ce n’est pas une question",
    "form",
    "heading 2 Répondre",
    "textbox La réponse",
    "textbox Sources (facultatif)",
    "button Photo ou document (facultatif)",
    "group Effort de recherche (facultatif)",
    "radio 1 immédiat, sans chercher",
    "radio 2 une source évidente",
    "radio 3 quelques sources",
    "radio 4 plusieurs sources, une vraie recherche",
    "radio 5 recherche longue, avec d’autres",
    "radio 6 étude, sur plusieurs jours",
    "button Envoyer la réponse",
]


async def test_a_question_is_asked_by_keyboard_alone(database: Database, vhost: VirtualHost) -> None:
    async with here(database, vhost, **AT_ONCE) as door, screen(str(door.http.base_url)) as reader:
        await reader.settings()
        await reader.open("/?lang=fr")
        assert await reader.read_out() == [*HEAD, *FORM, *FOOT]
        await reader.tab_to("textbox Votre question")
        await reader.type("Où était le moulin de Grigny ?")
        await reader.tab_to("textbox Votre adresse électronique")
        await reader.type("ada@mail.example")
        passed = await reader.tab_to("button Envoyer ma question")
        assert passed == FORM[5:]
        await reader.follow("Enter")
        assert "heading 1 Votre question" in await reader.read_out()


async def test_a_fault_is_where_the_keyboard_is_and_leads_to_its_field(
    database: Database, vhost: VirtualHost
) -> None:
    async with here(database, vhost, **AT_ONCE) as door, screen(str(door.http.base_url)) as reader:
        await reader.settings()
        await reader.open("/?lang=fr")
        await reader.tab_to("textbox Votre question")
        await reader.type("Où était le moulin de Grigny ?")
        await reader.tab_to("textbox Code postal (facultatif)")
        await reader.type("abc")
        await reader.script("document.querySelector('form.card').noValidate = true")
        await reader.tab_to("button Envoyer ma question")
        await reader.follow("Enter")
        assert (await reader.focused()).startswith("alert")
        [first, *_] = await reader.tab_to(await _next(reader))
        assert first.startswith("link ")
        await reader.press("Enter")
        assert (await reader.focused()).startswith("textbox ")


async def _next(reader: Screen) -> str:
    """The first fault of the summary, as it is read out."""
    told = await reader.read_out()
    after = told[next(at for at, said in enumerate(told) if said.startswith("alert")) :]
    return next(said for said in after if said.startswith("link "))


async def test_an_answer_is_read_and_rated_by_keyboard_alone(database: Database, vhost: VirtualHost) -> None:
    async with here(database, vhost) as door, screen(str(door.http.base_url)) as reader:
        facts = [ROUTED, answered_by("grigny"), added()]
        question = await brought(door, facts, AskerState.ANSWERED)
        await reader.settings()
        await reader.open(f"/q/{asker_token(KEYS, question)}?lang=fr")
        assert await reader.read_out() == [*HEAD, *ANSWERED, *FOOT]
        await reader.tab_to("radio 1 pas du tout")
        await reader.press(" ")
        await reader.tab_to("button Donner cette note")
        await reader.follow("Enter")
        [rated] = await door.announced(QuestionRated)
    assert rated.data.stars == 1


async def test_a_question_is_answered_by_keyboard_alone(database: Database, vhost: VirtualHost) -> None:
    async with here(database, vhost) as door, screen(str(door.http.base_url)) as reader:
        question = await brought(door, LIBRARY[LibraryState.YOURS][0], LibraryState.YOURS)
        await reader.settings()
        await reader.open(f"/r/{partner_token(KEYS, question, 'grigny')}?lang=fr")
        assert await reader.read_out() == [*HEAD, *YOURS, *FOOT]
        await reader.tab_to("textbox La réponse")
        await reader.type("Au bord du Rhône.")
        await reader.tab_to("button Envoyer la réponse")
        await reader.follow("Enter")
        [answer] = await door.announced(AnswerReceived)
    assert answer.data.text == "Au bord du Rhône."
