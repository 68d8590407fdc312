"""Settings of the notifier."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from services.chassis.face import FaceSettings
from services.chassis.http.client_addresses import networks
from services.chassis.settings import ServiceSettings, are_signing_keys, signing_keys


def _set(secret: SecretStr | None) -> SecretStr | None:
    """A variable that is there but empty, as compose files leave it, is not set."""
    return secret if secret is not None and secret.get_secret_value() else None


def _signs(secret: SecretStr | None) -> SecretStr | None:
    return are_signing_keys(secret) if secret is not None else None


Secret = Annotated[SecretStr | None, AfterValidator(_set)]


def _are_networks(text: str) -> str:
    networks(text)
    return text


class NotifierSettings(FaceSettings, ServiceSettings):
    link_secret: Annotated[SecretStr, AfterValidator(are_signing_keys)] = Field(
        description="Signs links and reply addresses, as in ingest. Several, by commas: the first signs",
    )
    sign_in_secret: Annotated[Secret, AfterValidator(_signs)] = Field(
        default=None,
        description="Key of the links into the workspace, as there; none: no such mail goes out",
    )
    workspace_url: str = Field(default="", description="Where people of the network work, as in workspace")
    mail_domain: str = Field(
        default="sesame.localhost", description="Domain of our addresses and Message-IDs"
    )
    public_url: str = Field(
        default="http://127.0.0.1:8080", description="Where askers and respondents open their pages"
    )
    network_language: Literal["fr", "en"] = Field(default="fr", description="Language of mail to libraries")
    timezone: str = Field(default="Europe/Paris", description="Time zone of dates in mails")
    coordinator_mail: str = Field(
        default="coordination@sesame.localhost", description="Who hears of what no partner can mend"
    )
    notifier_host: str = Field(default="127.0.0.1", description="Address of the archive's pages")
    notifier_port: int = Field(default=0, ge=0, le=65535, description="Their port; 0 takes any free one")
    archive_url: str | None = Field(
        default=None, description="Where everyone reads the archive; none: at its own address and port"
    )
    archive_pool_size: int = Field(
        default=5,
        ge=1,
        description="Database connections of the archive's readers at most, beside SESAME_POOL_SIZE",
    )
    archive_release: Literal["review", "masked"] = Field(
        default="review",
        description="review: a coordinator releases each answer; masked: at once, personal places replaced",
    )
    mastodon_url: str = Field(
        default="", description="Our account's server: https://…; empty: no such channel"
    )
    mastodon_post_token: Secret = Field(
        default=None, description="Its token that may write (write:statuses); none: the token that reads"
    )
    mastodon_token: Secret = Field(default=None, description="The account's token, as in ingest")
    facebook_page_id: str = Field(default="", description="Our Facebook Page, as in ingest")
    facebook_page_token: Secret = Field(
        default=None, description="The Page's token (pages_manage_engagement); none: no such channel"
    )
    facebook_graph_url: str = Field(
        default="https://graph.facebook.com/v23.0/", description="The Graph API with its version"
    )
    rating_days: float = Field(
        default=3.0, ge=0, description="Days after an answer until its asker is invited to rate it; 0: never"
    )
    mails_per_mailbox: int = Field(
        default=3, ge=1, description="Of each kind that a machine sends to one mailbox in 24 hours at most"
    )
    mails_per_hour: int = Field(
        default=600, ge=1, description="Of what a machine sends to askers in an hour at most; more waits"
    )
    template_folder: Path | None = Field(
        default=None, description="Own templates: answer.j2, fr/answer.j2, <partner>/fr/assigned.j2"
    )
    smtp_host: str = Field(default="127.0.0.1", description="The SMTP server that takes our mail")
    smtp_port: int = Field(default=25, ge=1, le=65535, description="Its port")
    smtp_security: Literal["none", "starttls", "tls"] = Field(
        default="none", description="starttls insists on it; tls is encrypted from the first byte (port 465)"
    )
    smtp_user: str | None = Field(default=None, description="User for the SMTP server; none: no login")
    smtp_password: Secret = Field(default=None, description="Its password")
    smtp_authority: Path | None = Field(
        default=None, description="PEM file of certificates that vouch for it; none: those the system trusts"
    )
    smtp_connections: int = Field(
        default=8, ge=1, description="Connections to the SMTP server, each with a mail in hand, at most"
    )
    webhook_at_once: int = Field(default=100, ge=1, description="Webhook calls in flight at most")
    webhook_per_host: int = Field(default=4, ge=1, description="Of these, to one host at most")
    webhook_seconds: float = Field(default=15.0, gt=0, description="Longest wait for a webhook's answer")
    webhook_private_networks: Annotated[str, AfterValidator(_are_networks)] = Field(
        default="",
        description="Private networks that webhooks may reach all the same, also without TLS: 10.1.0.0/16",
    )
    queue_at_once: int = Field(
        default=1000, ge=1, description="Deliveries to partner queues in flight at most"
    )
    attempt_seconds: float = Field(default=30.0, gt=0, description="Longest time for one attempt to send")
    lease_seconds: float = Field(
        default=45.0, gt=0, description="After a crash, time until others send what it had in hand"
    )

    @model_validator(mode="after")
    def _lease_outlasts_an_attempt(self) -> Self:
        if self.lease_seconds <= self.attempt_seconds:
            raise ValueError(
                f"SESAME_LEASE_SECONDS ({self.lease_seconds:g}) must be longer than SESAME_ATTEMPT_SECONDS"
                f" ({self.attempt_seconds:g}): what is still being tried would be sent again"
            )
        return self

    @property
    def lasting_archive_url(self) -> str:
        return (self.archive_url or f"http://{self.notifier_host}:{self.notifier_port}").rstrip("/")

    @property
    def rating_after(self) -> timedelta | None:
        return timedelta(days=self.rating_days) if self.rating_days else None

    @property
    def keys(self) -> tuple[bytes, ...]:
        return signing_keys(self.link_secret.get_secret_value())
