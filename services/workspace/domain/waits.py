"""Growing waits between tries to come in, or to learn what is not theirs."""

from __future__ import annotations

from datetime import datetime, timedelta

FREE = {"mail": 3, "network": 30, "passkey": 10, "joining": 5, "webhook": 10}
"""Tries within the hour that cost no wait, by what they are counted for."""

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=30)


class TooOften(Exception):
    """`wait`: how long until the next try may come."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"too many tries; the next one in {wait.total_seconds():.0f} s")
        self.wait = wait


def wait_before(kind: str, tries: int, last: datetime | None, now: datetime) -> timedelta:
    """30 s, 1 min, 2 min … half an hour after each try beyond the free ones."""
    beyond = tries - FREE[kind] + 1
    if beyond <= 0 or last is None:
        return timedelta(0)
    doubled: int = 2 ** min(beyond - 1, 10)
    wait = min(FIRST_WAIT * doubled, LONGEST_WAIT)
    return max(last + wait - now, timedelta(0))
