"""The sheet to send to a new partner."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from urllib.parse import quote, urlsplit, urlunsplit

from operations.addresses import Addresses
from services.contracts.catalogue import FROM_PARTNERS

FOLDER = Path(__file__).parent
LANGUAGES = ("fr", "en")
READS = {
    "fr": {"queue": "la file partner.{partner}", "webhook": "à l'adresse de votre webhook, signé du secret"},
    "en": {
        "queue": "the queue partner.{partner}",
        "webhook": "at your webhook's address, signed with the secret",
    },
}
UNCHANGED = {"fr": "(inchangé, ou aucun)", "en": "(unchanged, or none)"}


@dataclass(frozen=True)
class Secrets:
    """None where the partner has it already, or has none."""

    password: str | None = field(repr=False)
    key: str | None = field(repr=False)
    webhook: str | None = field(default=None, repr=False)


def sheet(partner: str, addresses: Addresses, secrets: Secrets, language: str) -> str:
    template = Template((FOLDER / f"sheet.{language}.txt").read_text(encoding="utf-8"))
    return template.substitute(
        partner=partner,
        amqp_url=amqp_address(addresses, partner),
        password=secrets.password or UNCHANGED[language],
        key=secrets.key or UNCHANGED[language],
        webhook=secrets.webhook or UNCHANGED[language],
        reads=READS[language]["webhook" if secrets.webhook else "queue"].format(partner=partner),
        types=", ".join(fact.wire for fact in FROM_PARTNERS),
        public_url=addresses.public_url.rstrip("/"),
    )


def amqp_address(addresses: Addresses, partner: str) -> str:
    """As the partner reaches the broker; the password is to be put in."""
    parts = urlsplit(addresses.partner_amqp_url or addresses.amqp_url)
    place = parts.netloc.rpartition("@")[2]
    vhost = quote(addresses.vhost, safe="")
    return urlunsplit(parts._replace(netloc=f"{partner}:PASSWORD@{place}", path=f"/{vhost}"))
