"""Brings empty or older servers to where the five services can start with the least rights.

`python -m operations.provision`, with the administrator's secrets in /run/secrets. May run again at
any time: passwords become those of the secrets, everything else is added or left as it is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

from operations.addresses import SECRETS, addresses
from operations.broker import provision as broker
from operations.broker.management import managing
from operations.secrets import KEPT, READER
from services.chassis.postgres import provision as database
from services.contracts import topology


async def main(passwords: Mapping[str, str]) -> None:
    where = addresses()
    of_services = {service: passwords[service] for service in topology.SERVICES}
    await database.provision(where.database_url, of_services)
    await database.provision_reader(where.database_url, READER, "metrics", passwords[READER])
    async with managing(where.management_url, where.vhost) as management:
        await broker.provision(management, of_services)
    print("roles, schemas, users, rights, exchanges, queues: in place")


def _passwords() -> Mapping[str, str]:
    try:
        passwords: Mapping[str, str] = json.loads((SECRETS / KEPT).read_text())
    except FileNotFoundError:
        raise SystemExit(
            f"sesame: {SECRETS / KEPT} is missing: this runs in the container `provision`, with the"
            " administrator's secrets; with servers of your own, services declare what they need themselves"
        ) from None
    return passwords


if __name__ == "__main__":
    asyncio.run(main(_passwords()))
