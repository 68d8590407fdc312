"""How pages behave under a person's hands: keys, what others do meanwhile, words that are not sent yet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from json import dumps

from devtools.servers.ports import free_port
from services.chassis.http.serving import serving
from services.contracts.partners import SubmissionRefused
from services.workspace.domain.roles import Member
from services.workspace.entrypoints.sign_in.guard import COOKIE
from tests.browser.workspace.scene import PAGE, at_the_coordination, morning
from tests.integration.workspace.facts import POST, QUESTION
from tests.integration.workspace.stage import Someone, Stage, stage
from tests.integration.workspace.test_our_library import SEEN_AT
from tests.integration.workspace.test_work import receipt
from tests.support.screen import Screen, screen
from tests.support.servers import Database

AREA = "document.getElementById('text')"


@asynccontextmanager
async def amel_at_her_desk(database: Database) -> AsyncIterator[tuple[Stage, Someone, Screen]]:
    """With a browser that is told what others do."""
    port = free_port()
    async with (
        stage(database, seen_at=SEEN_AT) as on,
        serving(on.app, "127.0.0.1", port, grace_seconds=1),
        on.streams,
        screen(f"http://localhost:{port}") as looking,
    ):
        amel = await morning(on)
        await looking.cookie(COOKIE, str(amel.http.cookies.get(COOKIE)))
        yield on, amel, looking
        await looking.open("/static/workspace.css")


MOVED = """for (const part of document.querySelectorAll("[data-live]")) part.innerHTML += " "; mark()"""
"""As when something changed elsewhere: the rows are there anew."""


async def test_keys_go_along_the_list_open_and_say_what_they_are(database: Database) -> None:
    async with amel_at_her_desk(database) as (_, _, looking):
        await looking.open("/questions")
        for _ in range(2):
            await looking.press("j")
        await looking.press("k")
        assert (
            await looking.script(
                "[...document.querySelectorAll('[data-row]')].findIndex((one) => "
                "one.classList.contains('current'))"
            )
            == 0
        )
        await looking.press("?")
        assert await looking.script("document.getElementById('keys').open")
        await looking.press("j")
        assert await looking.script("document.querySelectorAll('.current').length") == 1
        await looking.script(MOVED)
        await looking.script("document.querySelector('#keys button').click()")
        await looking.says("document.activeElement.matches('[data-row].current a')")
        await looking.follow("Enter")
        assert await looking.script("location.pathname.startsWith('/questions/')")


async def test_keys_can_be_switched_off(database: Database) -> None:
    async with amel_at_her_desk(database) as (_, _, looking):
        await looking.open("/questions")
        await looking.script("document.querySelector('[data-keys]').click()")
        await looking.script("document.getElementById('keys-on').click()")
        await looking.open("/questions")
        await looking.press("j")
        assert await looking.script("document.querySelectorAll('.current').length") == 0


async def test_no_key_acts_while_somebody_types(database: Database) -> None:
    async with amel_at_her_desk(database) as (_, _, looking):
        await looking.open(PAGE)
        await looking.press("r")
        assert await looking.script(f"document.activeElement === {AREA}")
        for key in "jkt?":
            await looking.press(key)
        assert await looking.script(f"{AREA}.value") == "jkt?"
        assert not await looking.script("document.getElementById('keys').open")


async def test_a_colleagues_note_comes_in_and_what_is_typed_stays_where_it_is(database: Database) -> None:
    async with amel_at_her_desk(database) as (on, _, looking):
        await looking.open(PAGE)
        await looking.script(f"{AREA}.focus(); {AREA}.scrollIntoView()")
        await looking.type("Le phare doit son nom")
        before = await looking.script("scrollY")
        bruno = await on.someone("Bruno Roux Deux", Member("respondent", "bm-lyon"))
        await bruno.post(f"{PAGE}/note", text="@amel j’ai trouvé la cote")
        on.streams.tell("bm-lyon", str(QUESTION))
        await looking.says("document.body.textContent.includes('j’ai trouvé la cote')")
        assert await looking.script(f"{AREA}.value") == "Le phare doit son nom"
        assert await looking.script(f"document.activeElement === {AREA}")
        assert abs(await looking.script("scrollY") - before) < 200


async def test_words_that_were_not_sent_are_there_again(database: Database) -> None:
    async with amel_at_her_desk(database) as (on, amel, looking):
        await looking.open(PAGE)
        await looking.script("document.getElementById('note').focus()")
        await looking.type("Une note à demi écrite")
        await looking.script(f"{AREA}.focus()")
        await looking.type("Une réponse à demi écrite")
        await looking.says("document.querySelector('[data-saved]').textContent.includes('enregistré')")
        await on.on.pool.execute("UPDATE session SET expires_at = now() - interval '1 year'")
        await looking.type(", et la suite")
        await looking.says("document.querySelector('[data-saved] a')?.getAttribute('href')")
        await on.on.pool.execute("UPDATE session SET expires_at = now() + interval '1 year'")
        await looking.open("/questions")
        await looking.open(PAGE)
        assert await looking.script("document.getElementById('note').value") == "Une note à demi écrite"
        assert await looking.script(f"{AREA}.value") == "Une réponse à demi écrite, et la suite"
        assert "et la suite" in (await amel.see(PAGE)).text


ARRIVED = "Le phare doit son nom à Davout.\n\nIl est « à éclipses »."
KEPT = {"text": ARRIVED, "sent": True}
"""As a browser keeps what it sent until the page after it comes."""


async def test_words_that_never_reached_us_are_there_again_and_those_that_did_are_not(
    database: Database,
) -> None:
    async with amel_at_her_desk(database) as (on, amel, looking):
        send = "document.querySelector('form[action$=\"/note\"] button').click()"
        await looking.open(PAGE)
        await looking.script("document.getElementById('note').focus()")
        await looking.type("Une note sans réseau")
        await looking.offline(True)
        await looking.script(send)
        await looking.says("!document.getElementById('note')")
        await looking.offline(False)
        await looking.open("/questions")
        for _ in range(2):
            await looking.open(PAGE)
            assert await looking.script("document.getElementById('note').value") == "Une note sans réseau"
            await looking.script("document.querySelector('main a[href=\"/questions\"]').click()")
            await looking.says("location.pathname === '/questions' && document.readyState === 'complete'")
        await looking.open(PAGE)
        await looking.script(send)
        await looking.says("document.querySelector('[data-live=notes]')?.textContent.includes('sans réseau')")
        assert await looking.script("document.getElementById('note').value") == ""
        assert await on.on.pool.fetchval("SELECT count(*) FROM note WHERE text LIKE '%sans réseau'") == 1
        await amel.post(f"{PAGE}/answer", form="a", text=ARRIVED, revision="0")
        await looking.script(f"localStorage.setItem('draft {QUESTION} {amel.id}', {dumps(KEPT)!r})")
        await looking.open(PAGE)
        assert await looking.script(f"{AREA}.value") == ""
        assert await on.on.pool.fetchval("SELECT sent_at IS NOT NULL FROM draft WHERE text = $1", ARRIVED)


async def test_words_of_a_form_that_was_refused_are_there_again_after_a_link(database: Database) -> None:
    async with amel_at_her_desk(database) as (_, _, looking):
        await looking.open(PAGE)
        await looking.script(
            "document.getElementById('decline-title').click(); document.getElementById('reason').focus();"
            "document.getElementById('refer_to').selectedOptions[0].value = 'nowhere'"
        )
        await looking.type("Le fonds est à Brest")
        await looking.script("document.querySelector('form[action$=\"/decline\"] button').click()")
        await looking.says("'failed' in document.body.dataset && document.readyState === 'complete'")
        await looking.script("document.querySelector('main a[href=\"/questions\"]').click()")
        await looking.says("location.pathname === '/questions' && document.readyState === 'complete'")
        await looking.open(PAGE)
        assert await looking.script("document.getElementById('reason').value") == "Le fonds est à Brest"


async def test_an_answer_that_never_reached_us_is_a_draft_again(database: Database) -> None:
    async with amel_at_her_desk(database) as (on, amel, looking):
        await looking.open(PAGE)
        await looking.offline(True)
        await looking.script(f"{AREA}.focus()")
        await looking.type("Une réponse sans réseau")
        await looking.script("document.querySelector('#answer-form .send button').click()")
        await looking.says(f"!{AREA}")
        await looking.offline(False)
        await looking.open(PAGE)
        await looking.says("document.querySelector('[data-saved]')?.textContent.includes('enregistré')")
        assert await looking.script(f"{AREA}.value") == "Une réponse sans réseau"
        assert "Une réponse sans réseau" in (await amel.see(PAGE)).text
        assert not [one for one in await on.requests() if "answer" in one["key"]]


async def test_words_that_are_refused_while_one_looks_are_shown(database: Database) -> None:
    async with amel_at_her_desk(database) as (on, amel, looking):
        await amel.post(f"{PAGE}/ask-back", form="b", text="De quel phare s’agit-il ?")
        await looking.open(PAGE)
        await looking.script(f"{AREA}.focus()")
        await looking.type("Le phare")
        [*_, asked] = await on.requests()
        refused = SubmissionRefused(original_id=asked["id"], original_type=asked["type"], reason="not_asked")
        await on.tell([receipt(refused, "r1")])
        on.streams.tell("bm-lyon", str(QUESTION))
        await looking.says("document.querySelector('[data-live=state]').textContent.includes('ci-dessous')")
        assert "De quel phare" in await looking.script("document.querySelector('main').textContent")
        assert await looking.script(f"{AREA}.value") == "Le phare"


async def test_an_answer_that_is_refused_while_one_looks_is_there_to_mend(database: Database) -> None:
    async with amel_at_her_desk(database) as (on, amel, looking):
        await amel.post(f"{PAGE}/answer", form="a", text="Le phare doit son nom à Davout.", revision="0")
        await looking.open(PAGE)
        assert await looking.script(f"{AREA}.value") == ""
        [*_, asked] = await on.requests()
        refused = SubmissionRefused(original_id=asked["id"], original_type=asked["type"], reason="not_asked")
        await on.tell([receipt(refused, "r1")])
        on.streams.tell("bm-lyon", str(QUESTION))
        await looking.says("document.querySelector('[data-live=state]').textContent.includes('ci-dessous')")
        assert await looking.script(f"{AREA}.value") == "Le phare doit son nom à Davout."
        await looking.script(f"{AREA}.focus()")
        await looking.type(" Non.")
        await looking.says("document.querySelector('[data-saved]').textContent.includes('enregistré')")
        assert "kept-title" not in (await amel.see(PAGE)).text


async def test_rows_that_did_not_change_stay_and_are_not_read_out_anew(database: Database) -> None:
    async with amel_at_her_desk(database) as (on, _, looking):
        claire = await at_the_coordination(on)
        await looking.cookie(COOKIE, str(claire.http.cookies.get(COOKIE)))
        await looking.open("/posts")
        await looking.says("!document.querySelector('.copying').hidden")
        await looking.script("window.row = document.querySelector('[data-row]')")
        before = "document.querySelector('[data-live=requests]').innerHTML"
        await looking.script(f"window.before = {before}")
        await claire.post(f"/posts/{POST}", form="posted")
        on.streams.tell("bm-lyon", str(QUESTION))
        await looking.says(f"window.before !== {before}")
        assert await looking.script("window.row.isConnected")
        assert await looking.script("document.querySelector('.copying [aria-live]').textContent") == ""
        assert not await looking.script("!!document.querySelector('[aria-live] button')")


async def test_what_is_copied_is_what_stands_there_and_its_button_says_so(database: Database) -> None:
    async with amel_at_her_desk(database) as (_, _, looking):
        await looking.open("/libraries/bm-lyon/site")
        await looking.script("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
        await looking.script("document.querySelector('[data-copy=form]').click()")
        assert "embed.js" in await looking.says("window.copied")
        await looking.says("document.querySelector('[data-copy=form] + [aria-live]').textContent === 'Copié'")


async def test_what_was_unfolded_stays_so_and_the_keyboard_stays_where_it_was(database: Database) -> None:
    async with amel_at_her_desk(database) as (on, _, looking):
        await looking.open("/questions")
        await looking.press("j")
        here = await looking.script("document.activeElement.getAttribute('href')")
        bruno = await on.someone("Bruno Roux Deux", Member("respondent", "bm-lyon"))
        other = await looking.script("document.querySelectorAll('[data-row] a')[1].getAttribute('href')")
        await bruno.post(f"{other}/take", form="bruno")
        on.streams.tell("bm-lyon", other.rpartition("/")[2])
        await looking.says(f"!document.querySelector('[data-row] [href=\"{other}\"]')")
        assert await looking.script("document.activeElement.getAttribute('href')") == here
        await bruno.post(f"{here}/take", form="bruno too")
        on.streams.tell("bm-lyon", here.rpartition("/")[2])
        await looking.says(f"!document.querySelector('[data-row] [href=\"{here}\"]')")
        assert await looking.script("document.activeElement.matches('[data-live=rows] a')")


async def test_a_link_goes_in_where_one_writes(database: Database) -> None:
    async with amel_at_her_desk(database) as (_, _, looking):
        await looking.open(PAGE)
        await looking.script(f"{AREA}.focus()")
        await looking.type("Voir : ")
        await looking.script("document.querySelector('button[name=insert]').click()")
        assert "Voir : " in await looking.script(f"{AREA}.value")
        assert await looking.script(f"{AREA}.value.length") > len("Voir : ")
        assert await looking.script("location.pathname") == PAGE


async def test_what_is_looked_at_as_a_mail_is_what_is_sent(database: Database) -> None:
    async with amel_at_her_desk(database) as (on, _, looking):
        await looking.open(PAGE)
        await looking.script(f"{AREA}.value = '* voir [la notice](https://archive.example/a/12)'")
        await looking.script("document.querySelector('button[formaction$=preview]').click()")
        await looking.says("!!document.querySelector('.mail')")
        shown = await looking.script("document.querySelector('.mail .marked').innerHTML")
        address = "https://archive.example/a/12"
        assert (
            shown == f'<ul>\n<li>voir <a href="{address}" rel="nofollow noopener">la notice</a></li>\n</ul>\n'
        )
        await looking.script("document.querySelector('main form button').click()")
        await looking.says("location.pathname.startsWith('/questions/') && !document.querySelector('.mail')")
        [*_, asked] = await on.requests()
        assert (asked["data"]["text"], asked["data"]["format"]) == (
            f"* voir [la notice]({address})",
            "commonmark",
        )
