"""Which servers an operator's command works on: the SESAME_… variables, or files in /run/secrets."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from operations.errors import OperationError
from operations.handbook import RunsIn

SECRETS = Path("/run/secrets")
MANAGEMENT_PORTS = {"amqp": ("http", 15672), "amqps": ("https", 15671)}


class Addresses(BaseSettings):
    """The administrator's addresses: more rights than any service has."""

    model_config = SettingsConfigDict(
        env_prefix="SESAME_", extra="ignore", secrets_dir=SECRETS if SECRETS.is_dir() else None
    )

    amqp_url: str = Field(description="RabbitMQ, as administrator: amqp[s]://user:password@host:port/vhost")
    database_url: str = Field(description="PostgreSQL, as administrator: postgresql://…")
    amqp_management_url: str | None = Field(
        default=None, description="RabbitMQ's HTTP API; default: the same host and user, usual port"
    )
    amqp_vhost: str | None = Field(default=None, description="Virtual host; default: as the address says")
    partner_amqp_url: str | None = Field(
        default=None, description="The broker as partners reach it: amqps://host:port; default: as we do"
    )
    ops_urls: dict[str, str] = Field(
        default={},
        description='The private ports of the services, as JSON: {"ingest": "http://ingest:9000", …}',
    )
    clamd_address: str = Field(
        default="", description="ClamAV's daemon as ingest reaches it, for the doctor; empty: none"
    )
    largest_mail: int = Field(
        default=36_000_000, description="Bytes of a mail at most, as in ingest: ClamAV must take as much"
    )
    runs_in: RunsIn = Field(
        default=RunsIn.CHECKOUT, description="How commands are printed: checkout, compose or kubernetes"
    )
    link_secret: str = Field(
        default="", description="As of ingest and notifier: by it askers are found that only a hash tells of"
    )
    public_url: str = Field(default="http://127.0.0.1:8080", description="The public pages")

    @property
    def keys(self) -> tuple[bytes, ...]:
        return tuple(key.strip().encode() for key in self.link_secret.split(",") if key.strip())

    @property
    def vhost(self) -> str:
        return self.amqp_vhost or unquote(urlsplit(self.amqp_url).path.removeprefix("/")) or "/"

    @property
    def broker_url(self) -> str:
        """By AMQP, in our virtual host."""
        return urlunsplit(urlsplit(self.amqp_url)._replace(path=f"/{quote(self.vhost, safe='')}"))

    @property
    def management_url(self) -> str:
        if self.amqp_management_url:
            return self.amqp_management_url
        parts = urlsplit(self.amqp_url)
        scheme, port = MANAGEMENT_PORTS[parts.scheme]
        login = parts.netloc.rpartition("@")[0] or "guest:guest"
        return f"{scheme}://{login}@{parts.hostname or 'localhost'}:{port}"


def addresses() -> Addresses:
    try:
        return Addresses()
    except ValidationError as error:
        missing = ", ".join(f"SESAME_{fault['loc'][0]}".upper() for fault in error.errors())
        raise OperationError(f"which servers? set {missing} (docs/operations.md, Addresses)") from None
