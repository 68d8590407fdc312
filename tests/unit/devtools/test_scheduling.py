from devtools.checkout import ROOT
from tests.support.scheduling import BROKERS_ACCOUNTS

MAKING = ("await provision(management", "operations.backup")


def test_tests_that_make_the_brokers_accounts_never_run_side_by_side() -> None:
    files = (ROOT / "tests/integration").rglob("test_*.py")
    making = [file for file in files if any(word in file.read_text() for word in MAKING)]
    assert {str(file.relative_to(ROOT)) for file in making} == set(BROKERS_ACCOUNTS)
