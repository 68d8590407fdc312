"""Fixtures on real servers. They start with the first test that asks for one.

`database` and `vhost` are empty and the test's own. `mortal_servers` are a test's own servers, durable, to be
killed and started again.
"""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import Servers, running_servers
from tests.support.scheduling import ByFile
from tests.support.servers import (
    Database,
    VirtualHost,
    cloned,
    drop,
    make_template,
    migrate_template,
    virtual_host,
)

# A machine that stands still for a second fails no example, and a commit's verdict is the same each time;
# the long runs draw new examples.
settings.register_profile(
    "sesame",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    derandomize="SESAME_TEST_FUZZ" not in os.environ,
)
settings.load_profile("sesame")


# Each client of httpx reads all authorities of SSL_CERT_FILE or its own list, 20 ms of a processor, though
# hardly one meets TLS; those of a folder are read when asked for. Processes that tests start do alike.
os.environ.pop("SSL_CERT_FILE", None)
os.environ.setdefault("SSL_CERT_DIR", "/etc/ssl/certs")


def pytest_collection_finish() -> None:
    """Thousands of tests and all modules stay until the end: no search for garbage needs to see them."""
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


@pytest.fixture(scope="session")
def _session_runner() -> Iterator[asyncio.Runner]:
    """A loop of its own for what outlives a test; it stands still while tests run theirs."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        yield runner


@pytest.fixture(scope="session")
def servers(_session_runner: asyncio.Runner) -> Iterator[Servers]:
    """RabbitMQ and PostgreSQL, fast rather than durable: nobody kills these."""
    with throwaway_folder(in_memory=True) as folder:
        stack = AsyncExitStack()
        yield _session_runner.run(stack.enter_async_context(running_servers(folder, fsync=False)))
        _session_runner.run(stack.aclose())


@pytest.fixture(scope="session")
def template(servers: Servers, _session_runner: asyncio.Runner) -> Iterator[Database]:
    template = _session_runner.run(make_template(servers))
    _session_runner.run(migrate_template(template))
    yield template
    _session_runner.run(drop(template))


@pytest.fixture
async def database(template: Database) -> AsyncIterator[Database]:
    async with cloned(template) as database:
        yield database


@pytest.fixture
async def vhost(servers: Servers) -> AsyncIterator[VirtualHost]:
    async with virtual_host(servers) as vhost:
        yield vhost


@pytest.fixture
async def mortal_servers() -> AsyncIterator[Servers]:
    """`mortal_servers.rabbitmq.kill()`, `.start()`; the same of `.postgresql`. Never given ones."""
    with throwaway_folder() as folder:
        async with running_servers(folder, environ={}) as servers:
            yield servers
