"""`./sesame demo`: the whole platform, filled with questions, on this machine.

Real mails, forms, API calls and partner events go in; partner programs and mail respondents answer; what goes
out lies in a folder of .eml files. Nothing here reaches into a service: all of it is what the world would do.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from devtools.checkout import KEPT
from devtools.commands.up import told_to_stop
from devtools.demo import report, years
from devtools.demo.askers import Askers, Doors
from devtools.demo.corpus import Corpus, load_corpus
from devtools.demo.own_place import own_place
from devtools.demo.partners import Partner, running_programs, write_partners
from devtools.demo.report import ANSWERED, PUBLISHED, RECEIVED, ROUTED
from devtools.demo.respondents import Respondents
from devtools.demo.sign_ins import sign_ins
from devtools.demo.watch import Watch, watching
from devtools.servers.folders import throwaway_folder
from devtools.servers.mailbox import running_mailbox
from devtools.servers.platform import Platform, running_platform
from devtools.servers.ports import LOOPBACK
from devtools.servers.servers import running_servers
from operations.mailbox import Mailbox

DATA = Path(__file__).parent / "data"
MAIL_DOMAIN = "sesame.example"
PATIENCE_SECONDS = 300.0
QUIET_SECONDS = 5.0
AT_ONCE = 8
LEFT = 6
BY_HAND = "(Encore une, pour répondre à la main.)"

Action = Callable[[], Awaitable[None]]

STEPS = {"received": RECEIVED, "routed": ROUTED, "answered": ANSWERED, "published": PUBLISHED}
KEYS = ("question.*", "answer.*")

SETTINGS = {
    "SESAME_MAIL_DOMAIN": MAIL_DOMAIN,
    "SESAME_COORDINATOR_MAIL": f"coordination@{MAIL_DOMAIN}",
    "SESAME_QUICKEST_FORM_SECONDS": "0",
    "SESAME_QUICKEST_REPLY_SECONDS": "0",
    "SESAME_ARCHIVE_RELEASE": "masked",
}


def main(*, once: bool, mbox: Path | None) -> int:
    """0 when every question that was received is published, 1 when one is not."""
    console = Console()
    with throwaway_folder() as folder:
        return asyncio.run(_demonstrate(folder, console, once=once, mbox=mbox))


@dataclass(frozen=True)
class Scene:
    platform: Platform
    mailbox: Mailbox
    watch: Watch
    askers: Askers
    doors: Doors
    respondents: Respondents
    by_mail: Sequence[str]
    """Libraries that are reached by mail: people answer there."""


async def _demonstrate(folder: Path, console: Console, *, once: bool, mbox: Path | None) -> int:
    corpus = load_corpus(DATA)
    async with scene_of(folder, corpus, console, asking=mbox is None) as scene:
        async with asyncio.TaskGroup() as group:
            group.create_task(years.fill(scene.platform, _this_year()))
            expected = await play(scene, corpus, mbox, console)
        await years.write_poster(scene.platform, _this_year(), _poster())
        complete = scene.watch.count(PUBLISHED) == scene.watch.count(RECEIVED) == expected
        report.show(scene.watch, console)
        if not once:
            await _leave_some(scene, corpus)
        _say_where(scene, await sign_ins(scene.platform, scene.by_mail), console)
        if not complete:
            console.print(_what_is_missing(scene.watch, expected), style="bold red")
        if not once:
            console.print("Ctrl-C stops it.")
            await told_to_stop().wait()
    return 0 if complete else 1


@asynccontextmanager
async def scene_of(folder: Path, corpus: Corpus, console: Console, *, asking: bool) -> AsyncIterator[Scene]:
    """`asking`: whether the partners' programs hand in their readers' questions, too."""
    async with AsyncExitStack() as stack:
        with console.status("starting RabbitMQ and PostgreSQL"):
            given = await stack.enter_async_context(running_servers(folder))
            servers = await stack.enter_async_context(own_place(given))
        partners_file, partners = write_partners(corpus, folder)
        respondents = Respondents(_mail_addresses(partners), corpus)
        mailbox = await stack.enter_async_context(running_mailbox(folder / "mails", respondents.hear))
        made_up = {"SESAME_FIGURES_MADE_UP_UNTIL": f"{datetime.now(UTC):%Y-%m-%d}"}
        settings = {**SETTINGS, **made_up, "SESAME_PARTNERS_FILE": str(partners_file)}
        with console.status("starting ingest, router, notifier, metrics, workspace"):
            platform = await stack.enter_async_context(
                running_platform(folder, servers, smtp_port=mailbox.port, settings=settings)
            )
        watch = await stack.enter_async_context(watching(servers.amqp_url, *KEYS))
        doors = _doors(platform)
        askers = Askers(doors)
        await stack.enter_async_context(_at_work(respondents, askers))
        await stack.enter_async_context(
            running_programs(partners, corpus, servers.amqp_url, folder, asking=asking)
        )
        by_mail = [partner.id for partner in partners if partner.way == "mail"]
        yield Scene(platform, mailbox, watch, askers, doors, respondents, by_mail)


def _doors(platform: Platform) -> Doors:
    doors = platform.doors("ingest")
    return Doors(doors.url().rstrip("/"), LOOPBACK, doors.lmtp, f"question@{MAIL_DOMAIN}")


def _mail_addresses(partners: list[Partner]) -> frozenset[str]:
    return frozenset(partner.address for partner in partners if partner.way == "mail")


@asynccontextmanager
async def _at_work(respondents: Respondents, askers: Askers) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        working = group.create_task(respondents.work(askers.send_reply))
        yield
        working.cancel()


async def play(scene: Scene, corpus: Corpus, mbox: Path | None, console: Console) -> int:
    """Send everything in and wait until it is out again; gives the number of questions there should be."""
    total = None if mbox else len(corpus.questions)
    with _progress(scene.watch, console, total) as sent:
        if mbox:
            return await _play_mbox(scene, mbox, sent)
        await _play_corpus(scene, corpus, sent)
        count = len(corpus.questions)
        await scene.watch.until(
            lambda: scene.watch.count(PUBLISHED) >= count, within_seconds=PATIENCE_SECONDS
        )
        return count


async def _play_corpus(scene: Scene, corpus: Corpus, sent: Callable[[], None]) -> None:
    """Every asker by their own way, a few at once. The partners' programs send their readers' own."""
    async with httpx.AsyncClient(base_url=scene.doors.url, timeout=30) as client:
        actions = [*_actions(scene.askers, client, corpus)]
        gate = asyncio.Semaphore(AT_ONCE)

        async def do(action: Action, counts: bool) -> None:
            async with gate:
                await action()
            if counts:
                sent()

        async with asyncio.TaskGroup() as asking:
            for action, counts in actions:
                asking.create_task(do(action, counts))
    for _ in range(sum(question.channel == "partner" for question in corpus.questions)):
        sent()


def _actions(askers: Askers, client: httpx.AsyncClient, corpus: Corpus) -> Iterator[tuple[Action, bool]]:
    """What to do, and whether it should become a question: duplicates, bounces and the like should not."""
    for question in corpus.questions:
        if question.channel == "form":
            yield partial(askers.fill_in_form, client, question), True
        elif question.channel == "api":
            yield partial(askers.call_api, client, question), True
    for mail in corpus.mails:
        yield partial(askers.send_corpus_mail, mail), mail.what == "question"


async def _play_mbox(scene: Scene, mbox: Path, sent: Callable[[], None]) -> int:
    """How many of the mails are questions is only known afterwards: when nothing has moved for a while."""
    async for _taken in scene.askers.send_mbox(mbox):
        sent()
    await scene.watch.until_quiet(QUIET_SECONDS)
    await scene.watch.until(
        lambda: scene.watch.count(PUBLISHED) >= scene.watch.count(RECEIVED), within_seconds=PATIENCE_SECONDS
    )
    return scene.watch.count(RECEIVED)


@contextmanager
def _progress(watch: Watch, console: Console, total: int | None) -> Iterator[Callable[[], None]]:
    """Bars while it works; gives what to call for each question sent."""
    columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        sent = progress.add_task("sent", total=total)
        bars = {wire: progress.add_task(name, total=total) for name, wire in STEPS.items()}
        update = partial(_update, watch, progress, bars)
        showing = asyncio.create_task(_again_and_again(update))
        try:
            yield lambda: progress.advance(sent)
        finally:
            showing.cancel()
            update()


def _update(watch: Watch, progress: Progress, bars: Mapping[str, TaskID]) -> None:
    for wire, bar in bars.items():
        progress.update(bar, completed=watch.count(wire))


async def _again_and_again(update: Callable[[], None]) -> None:
    while True:
        update()
        await asyncio.sleep(0.1)


async def _leave_some(scene: Scene, corpus: Corpus) -> None:
    """Some questions that no respondent replies to: they can be answered by hand."""
    scene.respondents.rest()
    asked = [question for question in corpus.questions if question.channel == "form"][:LEFT]
    async with httpx.AsyncClient(base_url=scene.doors.url, timeout=30) as client:
        for question in asked:
            again = replace(question, text=f"{question.text}\n\n{BY_HAND}", origin_partner=None)
            await scene.askers.fill_in_form(client, again)


def _say_where(scene: Scene, sign_in: Mapping[str, str], console: Console) -> None:
    places = {
        "ask a question": f"{scene.doors.url}/",
        "public answers": scene.platform.doors("notifier").url(),
        "key figures": scene.platform.doors("metrics").url(f"/figures/{_this_year()}"),
        "the year as a poster": str(_poster()),
        "mails that went out": str(scene.mailbox.folder),
        "logs": str(scene.platform.log("ingest").parent),
        "workspace": scene.platform.doors("workspace").url(),
        **sign_in,
    }
    for what, place in places.items():
        console.print(f"{what:>26}  {place}", highlight=False, soft_wrap=True)


def _this_year() -> int:
    return datetime.now(UTC).year


def _poster() -> Path:
    """It stays when the demonstration is over."""
    return KEPT / f"figures-{_this_year()}.pdf"


def _what_is_missing(watch: Watch, expected: int) -> str:
    got = ", ".join(f"{name} {watch.count(wire)}" for name, wire in STEPS.items())
    stuck = [id_ for id_, passed in watch.questions.items() if RECEIVED in passed and PUBLISHED not in passed]
    return f"expected {expected} questions: {got}. Not published: {', '.join(stuck[:10]) or 'none'}"
