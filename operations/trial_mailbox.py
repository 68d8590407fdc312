"""A mailbox for installations that are tried out: `python -m operations.trial_mailbox FOLDER`.

Takes every mail on port 25 and keeps it as a file; sends nothing on.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP

from operations.mailbox import MAX_BYTES, Mailbox

PORT = 25


async def main(folder: Path) -> None:
    loop = asyncio.get_running_loop()
    mailbox = Mailbox(folder, PORT, None)
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    server = await loop.create_server(
        lambda: SMTP(mailbox, data_size_limit=MAX_BYTES, enable_SMTPUTF8=True, ident="Sesame mailbox"),
        "0.0.0.0",
        PORT,
    )
    await told.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
