"""What the workspace needs to know beside what every service does."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from services.chassis.face import FaceSettings
from services.chassis.http.client_addresses import networks
from services.chassis.settings import LEAST_KEY, ServiceSettings


def _zone(value: object) -> object:
    if isinstance(value, str):
        try:
            return ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(
                "no such time zone; one of the tz database, as Europe/Paris, is needed"
            ) from None
    return value


def _are_networks(value: str) -> str:
    try:
        networks(value)
    except ValueError as fault:
        raise ValueError(f"not a list of networks: {fault}") from None
    return value


def _is_hexadecimal(value: SecretStr) -> SecretStr:
    try:
        file_keys_of(value)
    except ValueError:
        raise ValueError("not a file secret: `./sesame secrets` makes it of the link secret") from None
    return value


def file_keys_of(value: SecretStr) -> tuple[bytes, ...]:
    """The first one seals."""
    return tuple(bytes.fromhex(key) for key in value.get_secret_value().split(",") if key.strip())


class WorkspaceSettings(FaceSettings, ServiceSettings):
    workspace_host: str = Field(default="127.0.0.1", description="Address of the workspace's pages")
    workspace_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the workspace's pages; 0 takes any free one"
    )
    workspace_url: str = Field(
        default="", description="Where the workspace is seen from outside; empty: at its own host and port"
    )
    sign_in_secret: SecretStr = Field(
        min_length=LEAST_KEY,
        description="Key of the links that let people in; notifier and workspace share it",
    )
    file_secret: Annotated[SecretStr, AfterValidator(_is_hexadecimal)] = Field(
        default=SecretStr(""),
        description="Opens files: `secrets` makes it of the link secret; empty: files are named only",
    )
    ingest_url: str = Field(
        default="", description="Where ingest takes files that go with an answer; empty: none are attached"
    )
    notifier_url: str = Field(
        default="", description="Where the archive is searched from here; empty: where everybody sees it"
    )
    metrics_url: str = Field(
        default="", description="Where key figures are asked from here; empty: where everybody sees them"
    )
    public_url: str = Field(
        default="", description="Where askers find the form: for what a library puts into its own pages"
    )
    network_time_zone: Annotated[ZoneInfo, BeforeValidator(_zone)] = Field(
        default=ZoneInfo("Europe/Paris"), description="Time zone of a library that has none of its own"
    )
    webhook_private_networks: str = Field(
        default="", description="Private networks that libraries' webhooks may lead to, as in the notifier"
    )
    archive_url: str = Field(default="", description="Where the public archive is seen; empty: no link to it")
    oidc_issuer: str = Field(
        default="", description="OpenID Connect: the provider's issuer, as it calls itself; empty: none"
    )
    oidc_client_id: str = Field(default="", description="Our name there")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="Our secret there")
    trusted_proxies: Annotated[str, AfterValidator(_are_networks)] = Field(
        default="", description="Networks of our own proxies, whose X-Forwarded-For is believed: 10.0.0.0/8"
    )
    session_hours: float = Field(
        default=12.0, gt=0, description="Hours without a page after which a person must sign in again"
    )
    audit_days: int = Field(default=365, ge=1, description="Days that the log of who did what is kept")
    most_streams: int = Field(
        default=1000, ge=1, description="Open pages that are kept up to date at once, in one copy, at most"
    )
