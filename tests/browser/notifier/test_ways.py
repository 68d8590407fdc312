"""Finding an answer in the archive by keyboard alone, and as a screen reader reads it out."""

from __future__ import annotations

from tests.support.chromium import browser
from tests.support.notifier_archive import archive
from tests.support.screen import screen
from tests.support.servers import Database

LIST = [
    "link Aller au contenu",
    "banner",
    "link Sésame",
    "navigation Ailleurs",
    "link Poser une question",
    "link English",
    "link Nederlands",
    "main",
    "heading 1 Réponses des bibliothèques",
    "search",
    "searchbox Chercher dans les réponses",
    "button Chercher",
    "combobox Thème",
    "combobox Bibliothèque",
    "combobox Année",
    "heading 2 1 réponse trouvée",
    "list",
    "heading 3 Les moulins de la Bièvre ont-ils été peints ?",
    "link Les moulins de la Bièvre ont-ils été peints ?",
    "link Fil Atom",
]
ENTRY = [
    "main",
    "link Toutes les réponses",
    "heading 1 Les moulins de la Bièvre ont-ils été peints ?",
    "link Bpi",
    "link Histoire et patrimoine",
    "heading 2 Question",
    "heading 2 Réponse",
    "heading 3 Sources",
    "list",
]


async def test_an_answer_is_found_and_read_by_keyboard_alone(database: Database) -> None:
    async with archive(database) as here:
        await here.released("Les moulins de la Bièvre ont-ils été peints ?")
        async with browser(here.reader) as served, screen(served.origin) as reader:
            await reader.settings()
            await reader.open("/?lang=fr")
            await reader.tab_to("searchbox Chercher dans les réponses")
            await reader.type("moulins")
            await reader.follow("Enter")
            told = await reader.read_out()
            assert told[: len(LIST)] == LIST
            await reader.tab_to("link Les moulins de la Bièvre ont-ils été peints ?")
            await reader.follow("Enter")
            told = await reader.read_out()
            assert told[told.index("main") :][: len(ENTRY)] == ENTRY
