"""A page as somebody meets it who uses the keyboard, a screen reader, a dark screen or colours of their own.

One Chromium for a whole test, asked through its DevTools protocol over a pipe: no library is needed for that.
"""

from __future__ import annotations

import asyncio
import json
import os
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

from devtools.servers.packages import provide_program
from tests.support.chromium import AXE, FLAGS
from tests.support.plain_words import SAID, not_plain
from tests.support.waiting import PATIENCE_SECONDS

ROLES = """
alert banner button checkbox combobox complementary contentinfo form heading image link list main navigation
radio region search searchbox status table textbox DisclosureTriangle figure group
"""
TOLD = frozenset(ROLES.split())
"""Roles that a screen reader announces, or jumps to."""
FOUND = """axe.run(
  document, {resultTypes: ["violations"], selectors: false, preload: false, RULES}
).then((found) => JSON.stringify({
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  violations: found.violations.map((one) => one.id + ": " + one.nodes.map((at) => at.html).join(" ")),
}))"""
ALL_RULES = ""
OF_COLOURS = 'runOnly: ["color-contrast", "link-in-text-block"]'
"""What another scheme of colours can break; the rest of a page is the same by night."""
WIDE = """[...document.querySelectorAll("body *")].filter(
  (one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1
).map((one) => one.outerHTML.slice(0, 200)).slice(-2).join(" ")"""
KEYS: Mapping[str, tuple[str, int]] = {"Tab": ("Tab", 9), "Enter": ("Enter", 13), " ": ("Space", 32)}


@dataclass(frozen=True)
class Seen:
    """`overflow`: pixels that stick out at the side. `violations`: what axe-core found, with the elements."""

    overflow: int
    violations: list[str]


class Screen:
    """One tab. `origin` is where the pages are; they are opened by their path."""

    def __init__(self, pipe: Pipe, session: str, origin: str) -> None:
        self._pipe = pipe
        self._session = session
        self._origin = origin

    async def _do(self, method: str, **parameters: Any) -> Any:
        return await self._pipe.ask(method, parameters, self._session)

    async def settings(self, *, width: int = 1100, dark: bool = False, forced: bool = False) -> None:
        """As wide as that; a dark screen; colours that the reader's system forces."""
        await self._do(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
        )
        features = {
            "prefers-color-scheme": "dark" if dark else "light",
            "forced-colors": "active" if forced else "none",
        }
        await self._do(
            "Emulation.setEmulatedMedia",
            features=[{"name": name, "value": value} for name, value in features.items()],
        )

    async def open(self, path: str) -> None:
        """Returns when all of it has loaded."""
        loaded = self._pipe.event("Page.loadEventFired", self._session)
        await self._do("Page.navigate", url=f"{self._origin}{path}")
        await loaded

    async def offline(self, away: bool) -> None:
        """As in a train's tunnel."""
        await self._do("Network.enable")
        await self._do(
            "Network.emulateNetworkConditions",
            offline=away,
            latency=0,
            downloadThroughput=-1,
            uploadThroughput=-1,
        )

    async def script(self, source: str) -> Any:
        told = await self._do("Runtime.evaluate", expression=source, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def look(self, rules: str = ALL_RULES) -> Seen:
        if not await self.script("typeof axe !== 'undefined'"):
            await self.script(AXE.read_text() + "; 0")
        return Seen(**json.loads(await self.script(FOUND.replace("RULES", rules))))

    async def picture(self, width: int, most: int) -> bytes:
        """The page from its top, this wide and at most so high, as PNG."""
        high = await self.script("document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": width, "height": min(high, most), "scale": 1}
        taken = await self._do("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        return b64decode(taken["data"])

    async def cookie(self, name: str, value: str) -> None:
        await self._do("Network.setCookie", name=name, value=value, url=self._origin, httpOnly=True)

    async def authenticator(self) -> None:
        """A computer's own lock that holds passkeys, and whose person always opens it (CDP's WebAuthn)."""
        await self._do("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        await self._do("WebAuthn.addVirtualAuthenticator", options=options)

    async def says(self, condition: str) -> Any:
        """What this expression of the page's script gives, as soon as that is something."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                with suppress(AssertionError):  # a page that is just being left
                    if found := await self.script(condition):
                        return found
                await asyncio.sleep(0.1)

    async def press(self, key: str) -> None:
        code, number = KEYS.get(key) or (f"Key{key.upper()}", ord(key.upper()))
        text = {"Enter": "\r", "Tab": None}.get(key, key)
        typed = {"key": key, "code": code, "windowsVirtualKeyCode": number} | ({"text": text} if text else {})
        for kind in ("keyDown", "keyUp"):
            await self._do("Input.dispatchKeyEvent", type=kind, **typed)

    async def type(self, text: str) -> None:
        await self._do("Input.insertText", text=text)

    async def follow(self, key: str) -> None:
        """Presses a key that opens another page."""
        loaded = self._pipe.event("Page.loadEventFired", self._session)
        await self.press(key)
        await loaded

    async def faultless(
        self, path: str, *, widths: Sequence[int] = (320, 1100), colours: Sequence[str] = ("dark", "forced")
    ) -> None:
        """By day at these widths, by night and in forced colours at the first: nothing that axe-core faults,
        nothing that sticks out. Whatever its language, a page has the same colours: once is enough."""
        for width in reversed(widths):
            await self.settings(width=width)
            await self.open(path)
            self._faultless(f"{path}, {width} pixels", await self.look(), await self.script(WIDE))
        for scheme in colours:
            await self.settings(width=widths[0], **{scheme: True})
            seen = await self.look(OF_COLOURS)
            self._faultless(f"{path}, {widths[0]} pixels, {scheme}", seen, await self.script(WIDE))
        language = await self.script("document.documentElement.lang")
        said = json.loads(await self.script(SAID))
        assert not (found := [fault for one in said for fault in not_plain(one, language)]), (
            f"{path}: {found}"
        )

    @staticmethod
    def _faultless(how: str, seen: Seen, wide: str) -> None:
        assert not seen.violations, f"{how}: {seen.violations}"
        assert not seen.overflow, f"{how}: sticks out by {seen.overflow} pixels: {wide}"

    async def focused(self) -> str:
        """`button Send`: what a screen reader says of where the keyboard is."""
        told = [node for node in await self._nodes() if _property(node, "focused")]
        return said_of(told[-1]) if told else ""

    async def tab_to(self, wanted: str, most: int = 60) -> list[str]:
        """What is passed on the way there by the Tab key, its goal included."""
        passed: list[str] = []
        while not passed or passed[-1] != wanted:
            assert len(passed) < most, f"{wanted!r} is not reached by keyboard; passed: {passed}"
            await self.press("Tab")
            passed.append(await self.focused())
        return passed

    async def read_out(self) -> list[str]:
        """The page as a screen reader goes through it: landmarks, headings, links, fields."""
        return [said_of(node) for node in await self._nodes() if node["role"]["value"] in TOLD]

    async def _nodes(self) -> list[dict[str, Any]]:
        await self._do("Accessibility.enable")
        nodes = (await self._do("Accessibility.getFullAXTree"))["nodes"]
        by_id = {node["nodeId"]: node for node in nodes}
        return [node for node in _in_order(by_id, nodes[0]) if not node.get("ignored")]


def _in_order(nodes: Mapping[str, Mapping[str, Any]], at: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield dict(at)
    for child in at.get("childIds", ()):
        if child in nodes:
            yield from _in_order(nodes, nodes[child])


def said_of(node: Mapping[str, Any]) -> str:
    role, name = node["role"]["value"], node.get("name", {}).get("value", "")
    level = _property(node, "level")
    head = f"heading {level}" if role == "heading" else str(role)
    return " ".join(f"{head} {name}".split())


def _property(node: Mapping[str, Any], name: str) -> Any:
    found = (one["value"]["value"] for one in node.get("properties", ()) if one["name"] == name)
    return next(found, None)


class Pipe:
    """Commands and their replies, events and who waits for them."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._number = 0
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._awaited: list[tuple[str, str, asyncio.Future[None]]] = []

    async def ask(self, method: str, parameters: Mapping[str, Any], session: str | None = None) -> Any:
        self._number += 1
        number, reply = self._number, asyncio.get_running_loop().create_future()
        self._asked[number] = reply
        message = {"id": number, "method": method, "params": parameters} | (
            {"sessionId": session} if session else {}
        )
        self._writer.write(json.dumps(message).encode() + b"\0")
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await reply

    async def _within(self, waited: asyncio.Future[None]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await waited

    def event(self, method: str, session: str) -> asyncio.Task[None]:
        """Done when the next event of this kind comes."""
        waited: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._awaited.append((method, session, waited))
        return asyncio.create_task(self._within(waited))

    async def listen(self, reader: asyncio.StreamReader) -> None:
        while True:
            with suppress(asyncio.IncompleteReadError):
                message = json.loads((await reader.readuntil(b"\0"))[:-1])
                self._hear(message)
                continue
            return

    def _hear(self, message: Mapping[str, Any]) -> None:
        reply = self._asked.pop(message.get("id", 0), None)
        if reply is not None:
            if "error" in message:
                reply.set_exception(AssertionError(message["error"]))
            else:
                reply.set_result(message["result"])
            return
        for waiting in [
            one for one in self._awaited if one[:2] == (message["method"], message.get("sessionId"))
        ]:
            self._awaited.remove(waiting)
            waiting[2].set_result(None)


@asynccontextmanager
async def screen(origin: str) -> AsyncIterator[Screen]:
    """A tab of a Chromium of its own."""
    chromium = await asyncio.to_thread(provide_program, "chromium", "chromium")
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        async with _running([chromium, *FLAGS, f"--user-data-dir={profile}"]) as pipe:
            yield await _tab(pipe, origin)


@asynccontextmanager
async def screens(origin: str) -> AsyncIterator[Callable[[], Awaitable[Screen]]]:
    """Gives a tab to each who asks, of one Chromium; nobody sees another's cookies or drafts."""
    chromium = await asyncio.to_thread(provide_program, "chromium", "chromium")
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        async with _running([chromium, *FLAGS, f"--user-data-dir={profile}"]) as pipe:

            async def another() -> Screen:
                return await _tab(pipe, origin, **await pipe.ask("Target.createBrowserContext", {}))

            yield another


async def _tab(pipe: Pipe, origin: str, **context: str) -> Screen:
    target = await pipe.ask("Target.createTarget", {"url": "about:blank", **context})
    attached = await pipe.ask("Target.attachToTarget", {**target, "flatten": True})
    tab = Screen(pipe, attached["sessionId"], origin.rstrip("/"))
    await tab._do("Page.enable")
    # axe-core is put into pages whose policy forbids it.
    await tab._do("Page.setBypassCSP", enabled=True)
    return tab


@asynccontextmanager
async def _running(command: Sequence[str]) -> AsyncIterator[Pipe]:
    """Chromium reads commands at its descriptor 3 and writes replies at 4."""
    (commands, ours), (theirs, replies) = os.pipe(), os.pipe()
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        f'exec "$@" 3<&{commands} 4>&{replies}',
        "chromium",
        *command,
        "--remote-debugging-pipe",
        pass_fds=(commands, replies),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    os.close(commands)
    os.close(replies)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**26)
    reading, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(theirs, "rb")
    )
    transport, protocol = await loop.connect_write_pipe(
        asyncio.streams.FlowControlMixin, os.fdopen(ours, "wb")
    )
    pipe = Pipe(asyncio.StreamWriter(transport, protocol, None, loop))
    listening = asyncio.create_task(pipe.listen(reader))
    try:
        yield pipe
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        listening.cancel()
        reading.close()
        transport.close()
