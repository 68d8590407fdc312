"""`./sesame partners resend [ID]`: what partners' systems have open, into queues and webhooks once more.

For queues that were lost with their broker. Each event has the id it had, so who still has it knows it again.
"""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime

from operations.addresses import addresses
from operations.database import as_service
from services.notifier.store import delivery_upkeep


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = actions.add_parser("resend", help="every open question once more, by queue and webhook")
    parser.add_argument("id", nargs="?", help="to this partner alone; default: to all")
    parser.set_defaults(run=lambda chosen: asyncio.run(resend(chosen.id)))


async def resend(partner: str | None) -> int:
    async with as_service(addresses().database_url, "notifier") as db:
        again = await delivery_upkeep.send_open_again(db, datetime.now(UTC), partner)
    for name, count in again.items():
        print(f"{name}: {count} on their way again")
    if not again:
        print("nothing that was sent by queue or webhook is open" + (f" at {partner}" if partner else ""))
    return 0
