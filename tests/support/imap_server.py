"""A hand-written IMAP server with one mailbox, as far as a reader of new mail sees one (RFC 9051)."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

VALIDITY = 7


@dataclass
class ImapServer:
    """`mails` are UID 1, 2, …; `seen` holds the UIDs that were marked, `asked` what was to be fetched.
    `secret`: who does not bring it is not let in; `mechanism`: how it is brought (SASL), empty by LOGIN."""

    mails: list[bytes] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    port: int = 0
    asked: list[str] = field(default_factory=list)
    told: int = 0
    secret: bytes = b""
    mechanism: str = ""
    folder: str = ""
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def append(self, *mails: bytes) -> None:
        async with self.came:
            self.mails += mails
            self.came.notify_all()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"* OK [CAPABILITY {self._capabilities}] ready\r\n".encode())
        try:
            while line := (await reader.readline()).decode().strip():
                tag, command = line.split(" ", 1)
                if command.startswith(("LOGIN", "AUTHENTICATE")) and not await self._let_in(
                    reader, writer, command
                ):
                    writer.write(f"{tag} NO who are you\r\n".encode())
                    continue
                await self._answer(reader, writer, command)
                writer.write(f"{tag} OK done\r\n".encode())
                await writer.drain()
        finally:
            writer.close()

    @property
    def _capabilities(self) -> str:
        return "IMAP4rev1 IDLE" + (f" AUTH={self.mechanism}" if self.mechanism else "")

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, command: str) -> bool:
        """A literal, or a response in base64. A refused token is told in a challenge first."""
        writer.write(b"+ \r\n")
        if found := re.search(r"\{(\d+)\}$", command):
            await reader.readexactly(int(found[1]))
            length = int((await reader.readline()).strip(b" {}\r\n"))
            writer.write(b"+ \r\n")
            brought = await reader.readexactly(length)
            await reader.readline()
        else:
            brought = base64.b64decode(await reader.readline())
        known = not self.secret or brought == self.secret
        if not known and "XOAUTH2" in command:
            writer.write(b"+ " + base64.b64encode(b'{"status":"400"}') + b"\r\n")
            await reader.readline()
        return known

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, command: str) -> None:
        if command == "CAPABILITY":
            writer.write(f"* CAPABILITY {self._capabilities}\r\n".encode())
        elif command.startswith("SELECT"):
            self.folder = command.removeprefix("SELECT ")
            writer.write(f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY {VALIDITY}] valid\r\n".encode())
        elif command.startswith("UID SEARCH"):
            writer.write(f"* SEARCH {' '.join(map(str, self._search(command)))}\r\n".encode())
        elif found := re.match(r"UID FETCH (\d+) \((\S+)\)", command):
            self.asked.append(command)
            self._fetch(writer, int(found[1]), found[2])
        elif found := re.match(r"UID STORE (\d+)", command):
            self.seen.add(int(found.group(1)))
        elif command == "IDLE":
            await self._idle(reader, writer)

    def _search(self, command: str) -> list[int]:
        uids = range(1, len(self.mails) + 1)
        self.told = len(self.mails)
        if found := re.search(r"UID (\d+):\*", command):
            return [uid for uid in uids if uid >= int(found.group(1))] or list(uids)[-1:]
        return [uid for uid in uids if uid not in self.seen]

    def _fetch(self, writer: asyncio.StreamWriter, uid: int, what: str) -> None:
        raw = self.mails[uid - 1]
        if what == "RFC822.SIZE":
            writer.write(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(raw)})\r\n".encode())
            return
        if "HEADER" in what:
            raw = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        writer.write(f"* {uid} FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")

    async def _idle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"+ idling\r\n")
        telling = asyncio.create_task(self._tell(writer))
        await reader.readline()
        telling.cancel()

    async def _tell(self, writer: asyncio.StreamWriter) -> None:
        """At once when something came since the last look, as real servers do."""
        async with self.came:
            await self.came.wait_for(lambda: len(self.mails) > self.told)
        self.told = len(self.mails)
        writer.write(f"* {len(self.mails)} EXISTS\r\n".encode())


@asynccontextmanager
async def imap_server(*mails: bytes) -> AsyncIterator[ImapServer]:
    served = ImapServer(list(mails))
    server = await asyncio.start_server(served.talk, "127.0.0.1", 0)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
