"""Whether ClamAV takes the largest file that may come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from operations.addresses import Addresses
from operations.doctor.findings import Finding, Grade

WHAT = "ClamAV"
SECONDS = 60.0
PIECE = bytes(1_000_000)
END = bytes(4)


async def scanner(where: Addresses) -> AsyncIterator[Finding]:
    """Handed as many noughts as the largest mail has bytes: clamd tells nobody its settings."""
    if not where.clamd_address:
        return
    place = where.clamd_address
    try:
        async with asyncio.timeout(SECONDS):
            said = await _said_of(place, where.largest_mail)
    except (OSError, EOFError, ValueError, TimeoutError) as error:
        fault = f"{place} does not answer ({error or type(error).__name__}): see SesameScannerAway"
        yield Finding(Grade.FAULT, WHAT, fault)
        return
    if said.endswith("OK"):
        yield Finding(Grade.OK, WHAT, f"takes files of {where.largest_mail / 1e6:.0f} MB")
    else:
        fix = f"set StreamMaxLength in clamd.conf to {-(-where.largest_mail // 1_000_000)}M or more"
        yield Finding(Grade.FAULT, WHAT, f"does not take {where.largest_mail} bytes ({said[:100]}): {fix}")


async def _said_of(place: str, size: int) -> str:
    reader, writer = await _connected(place)
    try:
        return await _answered(reader, writer, size)
    finally:
        writer.close()


async def _answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, size: int) -> str:
    """Read while it is written: clamd says that this is too much, and hangs up in the middle of it."""
    answer = asyncio.create_task(reader.readuntil(b"\0"))
    try:
        await _send(writer, size)
        return (await answer)[:-1].decode(errors="replace")
    except (ConnectionError, EOFError):
        said = answer.result() if answer.done() and answer.exception() is None else b""
        return said.rstrip(b"\0").decode(errors="replace") or "it hangs up"
    finally:
        answer.cancel()


async def _send(writer: asyncio.StreamWriter, size: int) -> None:
    writer.write(b"zINSTREAM\0")
    for start in range(0, size, len(PIECE)):
        piece = PIECE[: size - start]
        writer.write(len(piece).to_bytes(4) + piece)
        await writer.drain()
    writer.write(END)
    await writer.drain()


async def _connected(place: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if place.startswith("/"):
        return await asyncio.open_unix_connection(place)
    host, _, port = place.rpartition(":")
    return await asyncio.open_connection(host.strip("[]"), int(port))
