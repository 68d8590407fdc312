"""Which tests of a parallel run stay in one process, one after the other.

xdist's own way to name a group, the mark `xdist_group`, does nothing from pytest 9.2 on (pytest-xdist #1386).
"""

from xdist.scheduler import LoadScopeScheduling

BROKERS_ACCOUNTS = (
    "tests/integration/operations/test_backup.py",
    "tests/integration/operations/test_commands.py",
    "tests/integration/operations/test_partners_commands.py",
    "tests/integration/operations/test_partners_rights.py",
    "tests/integration/operations/test_partners_services.py",
)
"""They make the services' accounts, of which a broker has one each, or bring back what a copy had."""


class ByFile(LoadScopeScheduling):
    """A file's tests stay together, and with them what its fixtures started."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "the broker's accounts" if file in BROKERS_ACCOUNTS else file
