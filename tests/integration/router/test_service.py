"""The running router: it imports its partners, hears, decides, and stops in order."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from devtools.servers.ports import free_port
from tests.support import router_process as process
from tests.support.bench import letter_of
from tests.support.router_network import MONDAY, library, received
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import until_ready


async def test_questions_published_before_it_started_are_assigned(
    database: Database, vhost: VirtualHost, tmp_path: Path
) -> None:
    file = process.partners_file(tmp_path, [library("dijon"), library("lyon")])
    letters = [letter_of(received(MONDAY), uuid4()) for _ in range(30)]
    async with process.declared(vhost) as publish:
        await publish(letters)
        port = free_port()
        router = await process.start(database, vhost, port=port, SESAME_PARTNERS_FILE=str(file))
        await process.until(database, "SELECT count(*) FROM assignment WHERE ended_at IS NULL", 30)
        await process.until(database, "SELECT sum(open) FROM load", 30)
        await until_ready(port)
        assert await process.stop(router) == 0
