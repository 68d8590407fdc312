"""A real SMTP server for what goes out: each mail becomes a file that any mail program opens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiosmtpd.smtp import SMTP

from devtools.servers.ports import LOOPBACK, free_port
from operations.mailbox import MAX_BYTES, Listener, Mailbox


@asynccontextmanager
async def running_mailbox(
    folder: Path, listener: Listener | None = None, *, port: int | None = None
) -> AsyncIterator[Mailbox]:
    """Listens on the loopback address for the time of the block; goes on counting where the folder ended."""
    mailbox = Mailbox(folder, port or free_port(), listener)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailbox, data_size_limit=MAX_BYTES, enable_SMTPUTF8=True, ident="Sesame mailbox"),
        LOOPBACK,
        mailbox.port,
    )
    try:
        yield mailbox
    finally:
        server.close()
