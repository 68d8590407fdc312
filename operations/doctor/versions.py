"""The oldest servers that Sésame runs on."""

from __future__ import annotations

import re

from operations.doctor.findings import Grade

OLDEST_RABBITMQ, OLDEST_POSTGRESQL = (3, 10), (15,)


def at_least(version: str, oldest: tuple[int, ...]) -> Grade:
    """`15.18 (Debian 15.18-0+deb12u1)`, `4.2.1`: what comes first counts."""
    numbers = tuple(map(int, re.findall(r"\d+", version.split()[0])))
    return Grade.OK if numbers >= oldest else Grade.FAULT
