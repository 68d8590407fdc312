"""A small server that speaks INSTREAM as clamd does (clamd(8)), and knows one virus: EICAR's test file."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

EICAR = base64.b64decode(
    "WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNUQU5EQVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo="
)
"""Harmless, and known to every scanner; written so that none takes this file for it."""
LARGEST = 5_000_000


@asynccontextmanager
async def clamd() -> AsyncIterator[str]:
    """Its address."""
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    command = await reader.readuntil(b"\0")
    if command == b"zPING\0":
        writer.write(b"PONG\0")
    elif command == b"zINSTREAM\0":
        writer.write(await _searched(reader))
    writer.close()


async def _searched(reader: asyncio.StreamReader) -> bytes:
    content = bytearray()
    while size := int.from_bytes(await reader.readexactly(4)):
        content += await reader.readexactly(size)
        if len(content) > LARGEST:
            return b"INSTREAM size limit exceeded. ERROR\0"
    return b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
