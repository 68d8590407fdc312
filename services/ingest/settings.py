"""Every variable of ingest, with default, unit and meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from services.chassis.face import FaceSettings
from services.chassis.http.client_addresses import networks
from services.chassis.settings import ServiceSettings, signing_keys
from services.ingest.domain.mail.known_senders import KnownSenders, contact_forms, public_lists


def _keys(value: str) -> str:
    signing_keys(value)
    return value


def _set(path: Path | None) -> Path | None:
    """A variable that is there but empty, as compose files leave it, is not set."""
    return None if path is None or str(path) == "." else path


def _networks(value: str) -> str:
    networks(value)
    return value


def _clamd(value: str) -> str:
    host, _, port = value.rpartition(":")
    if value and not value.startswith("/") and not (host and port.isdecimal()):
        raise ValueError(f"{value!r}: write host:port, or the path of a socket")
    return value


def _contact_forms(value: str) -> str:
    contact_forms(value)
    return value


def _public_lists(value: str) -> str:
    public_lists(value)
    return value


ContactForms = Annotated[str, AfterValidator(_contact_forms)]
PublicLists = Annotated[str, AfterValidator(_public_lists)]
HOURS_OF_A_DAY = 24
Networks = Annotated[str, AfterValidator(_networks)]


@dataclass(frozen=True, slots=True)
class FacebookPage:
    page_id: str
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MailboxAddress:
    """`name` is the mailbox as the cursor knows it: user, server and folder, never the password.
    Where a token is had, by a command or from a file, there is no password."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    tls: bool
    token_command: str = ""
    token_file: Path | None = None

    @property
    def name(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"


class IngestSettings(FaceSettings, ServiceSettings):
    ingest_host: str = Field(default="127.0.0.1", description="Address of the public pages and the HTTP API")
    ingest_port: int = Field(
        default=8080, ge=0, le=65535, description="Port of the same; 0 takes any free one"
    )
    lmtp_host: str = Field(default="127.0.0.1", description="Address where a mail server hands over mail")
    lmtp_port: int = Field(default=8024, ge=0, le=65535, description="Port of the same; 0 takes any free one")
    public_url: str = Field(
        default="http://127.0.0.1:8080",
        description="How the pages are reached from outside",
    )
    link_secret: Annotated[str, AfterValidator(_keys)] = Field(
        description="Keys that seal links and reply addresses; by commas: the first signs, all are read"
    )
    mail_domain: str = Field(default="sesame.example", description="Domain of our question@ and reply@")
    smtputf8: bool = Field(
        default=False,
        description="Take addresses with accents before the @: our server for outgoing mail offers SMTPUTF8",
    )
    archive_url: str = Field(
        default="", description="Where everyone reads the archive; empty: no page links to it"
    )
    network_time_zone: str = Field(default="Europe/Paris", description="The time people are told on pages")
    promise_hours: float = Field(
        default=72.0, gt=0, description="Hours of working days until the promise, as in the router"
    )
    page_folder: Annotated[Path | None, AfterValidator(_set)] = Field(
        default=None, description="Own templates of pages: legal.html, privacy.html, accessibility.html"
    )
    quickest_form_seconds: float = Field(
        default=3.0, ge=0, description="A form filled in faster is held as spam; nobody writes so fast"
    )
    quickest_reply_seconds: float = Field(
        default=120.0, ge=0, description="An answer by mail sooner after ours is held: a machine wrote it"
    )
    trusted_proxies: Networks = Field(
        default="", description="Networks of our own proxies, by commas: their X-Forwarded-For is believed"
    )
    unlimited_networks: Networks = Field(
        default="127.0.0.0/8,::1", description="Networks without a limit per address: our own programs"
    )
    address_per_hour: float = Field(default=60, gt=0, description="Submissions an hour per address")
    address_burst: int = Field(default=20, ge=1, description="Submissions at once per address")
    key_per_hour: float = Field(default=3600, gt=0, description="Submissions an hour per partner's key")
    key_burst: int = Field(default=300, ge=1, description="Submissions at once per partner's key")
    address_megabytes_per_hour: float = Field(
        default=300, gt=0, description="Megabytes of files an hour per address, by forms"
    )
    address_megabytes_burst: int = Field(
        default=120, ge=30, description="Megabytes of files at once per address, by forms"
    )
    mailbox_megabytes: float = Field(
        default=150, gt=0, description="Megabytes of files a day per asker's mailbox; more by mail are held"
    )
    files_gigabytes: float = Field(
        default=20,
        gt=0,
        description="Gigabytes of all files and held mails together: over it forms take no files, and mails"
        " with files are put off",
    )
    clamd_address: Annotated[str, AfterValidator(_clamd)] = Field(
        default="",
        description="ClamAV's daemon, host:port or the path of its socket, searches every file for viruses;"
        " empty: files are not searched",
    )
    clamd_seconds: float = Field(default=30.0, gt=0, description="Seconds that it may take for one file")
    mails_per_sender: int = Field(
        default=30, ge=1, description="Questions by mail an hour per sender; more are held for a person"
    )
    open_questions: int = Field(
        default=50, ge=1, description="Open questions per sender, by form and mail; more wait for answers"
    )
    trusted_authentication: str = Field(
        default="",
        description="Names by which our own mail servers sign Authentication-Results, by commas: only these"
        " are believed, and they must take out what others wrote under their name",
    )
    contact_forms: ContactForms = Field(
        default="",
        description="Libraries' own forms, whose mails name the asker in Reply-To: partner=address or domain",
    )
    public_lists: PublicLists = Field(
        default="", description="Lists and groups that are public addresses of the network, by commas"
    )
    largest_mail: int = Field(default=36_000_000, ge=10_000, description="Bytes of a mail at most, encoded")

    facebook_page_id: str = Field(default="", description="Our Facebook Page; empty: no such channel")
    facebook_app_secret: str = Field(default="", description="The app's secret: it signs what Facebook sends")
    facebook_verify_token: str = Field(default="", description="What Facebook shows at the handshake")
    mastodon_url: str = Field(
        default="", description="Our account's server, https://…; empty: no such channel"
    )
    mastodon_token: str = Field(default="", description="The account's token, with read:notifications")
    mastodon_seconds: float = Field(default=20, gt=0, description="Rest between two looks for mentions")

    raw_days: int = Field(
        default=30, ge=1, description="Days after which what came is forgotten as it came, mails and forms"
    )
    retention_days: int = Field(
        default=365,
        ge=1,
        description="The network's term: days after a question's end its asker is forgotten",
    )
    imap_host: str = Field(default="", description="Server of a mailbox to read; empty: mail comes by LMTP")
    imap_port: int = Field(default=993, ge=1, le=65535, description="Port of the same")
    imap_user: str = Field(default="", description="User of the same")
    imap_password: str = Field(default="", description="Password of the same")
    imap_token_command: str = Field(
        default="",
        description="Instead of the password: a program that prints a token for XOAUTH2 (Microsoft 365)",
    )
    imap_token_file: Annotated[Path | None, AfterValidator(_set)] = Field(
        default=None, description="The same from a file that another program keeps fresh"
    )
    imap_folder: str = Field(default="INBOX", description="Folder that is read")
    imap_tls: bool = Field(default=True, description="Whether the connection begins with TLS")

    @model_validator(mode="after")
    def _whole_channels(self) -> Self:
        if self.facebook_page_id and not (self.facebook_app_secret and self.facebook_verify_token):
            raise ValueError("SESAME_FACEBOOK_PAGE_ID needs …_APP_SECRET and …_VERIFY_TOKEN beside it")
        if self.mastodon_url and not self.mastodon_token:
            raise ValueError("SESAME_MASTODON_URL needs SESAME_MASTODON_TOKEN beside it")
        ways = (self.imap_password, self.imap_token_command, self.imap_token_file)
        if sum(map(bool, ways)) > 1:
            raise ValueError(
                "SESAME_IMAP_PASSWORD, …_TOKEN_COMMAND and …_TOKEN_FILE say three ways in: set one of them"
            )
        return self

    @property
    def term(self) -> timedelta:
        return timedelta(days=self.retention_days)

    def promise_days(self, _origin: str | None) -> int:
        """Working days until the promise: so far alike, wherever it is asked."""
        return ceil(self.promise_hours / HOURS_OF_A_DAY)

    @property
    def mailbox(self) -> MailboxAddress | None:
        if not self.imap_host:
            return None
        return MailboxAddress(
            self.imap_host,
            self.imap_port,
            self.imap_user,
            self.imap_password,
            self.imap_folder,
            self.imap_tls,
            self.imap_token_command,
            self.imap_token_file,
        )

    @property
    def facebook(self) -> FacebookPage | None:
        secrets = (self.facebook_app_secret, self.facebook_verify_token)
        return FacebookPage(self.facebook_page_id, *secrets) if self.facebook_page_id else None

    @property
    def keys(self) -> tuple[bytes, ...]:
        return signing_keys(self.link_secret)

    @property
    def trusted_servers(self) -> frozenset[str]:
        return frozenset(
            name.strip().lower() for name in self.trusted_authentication.split(",") if name.strip()
        )

    @property
    def senders(self) -> KnownSenders:
        return KnownSenders(contact_forms(self.contact_forms), public_lists(self.public_lists))

    @property
    def question_box(self) -> str:
        return f"question@{self.mail_domain}"

    @property
    def reply_box(self) -> str:
        return f"reply@{self.mail_domain}"
