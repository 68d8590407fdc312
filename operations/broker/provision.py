"""Bring a broker to where the services can work with their own users and nothing to declare."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from operations.broker.definitions import definitions, user_name, with_passwords
from operations.broker.management import Management


async def provision(management: Management, passwords: Mapping[str, str]) -> None:
    """`passwords`: service → password. Again: sets them, keeps partners and whatever else is there."""
    of_users = {user_name(service): password for service, password in passwords.items()}
    await management.load(with_passwords(definitions(management.vhost), of_users))


def as_user(url: str, user: str, password: str, vhost: str) -> str:
    """The same broker, as another user."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{place}", path=f"/{quote(vhost, safe='')}"))
