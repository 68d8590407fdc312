"""Settings: one class per service, from SESAME_* variables or files in /run/secrets."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS = Path("/run/secrets")

SECRET = re.compile("SECRET|PASSWORD|TOKEN|AMQP_URL|DATABASE_URL")
"""Variables whose values are never shown."""

LEAST_KEY = 32
"""Characters of a key that signs: what `openssl rand -hex 16` or the installation itself writes."""

S = TypeVar("S", bound="ServiceSettings")


class ServiceSettings(BaseSettings):
    """What every service needs to know."""

    model_config = SettingsConfigDict(
        env_prefix="SESAME_", extra="ignore", secrets_dir=SECRETS if SECRETS.is_dir() else None
    )

    amqp_url: str = Field(description="RabbitMQ: amqp[s]://user:password@host:port/vhost")
    database_url: str = Field(description="PostgreSQL, as this service's own role: postgresql://…")
    ops_host: str = Field(default="127.0.0.1", description="Private address for /live, /ready, /metrics")
    ops_port: int = Field(default=0, ge=0, le=65535, description="Private port; 0 takes any free one")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="Least level")
    declare_topology: bool = Field(
        default=True, description="Declare exchanges and own queue; no, where the broker imports definitions"
    )
    prefetch: int = Field(default=400, ge=1, description="Events held unacknowledged at most")
    batch: int = Field(default=200, ge=1, description="Events in one transaction at most")
    pool_size: int = Field(
        default=5, ge=2, description="Database connections for its work at most; one more where it listens"
    )
    lock_timeout_seconds: float = Field(
        default=10.0, gt=0, description="Longest wait for a lock in migrations"
    )
    grace_seconds: float = Field(default=20.0, gt=0, description="Longest time to finish what is in hand")

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Whoever shows it shows no secret."""
        for name, value in super().__repr_args__():
            if name is None or not SECRET.search(name.upper()):
                yield name, value


def signing_keys(text: str) -> tuple[bytes, ...]:
    """By commas: the first signs. Raises ValueError for a short one, which could be found by trying."""
    keys = [key.strip() for key in text.split(",") if key.strip()]
    if not keys or min(map(len, keys)) < LEAST_KEY:
        raise ValueError(
            f"every key needs at least {LEAST_KEY} characters, several are separated by commas:"
            " make one with `openssl rand -hex 32`"
        )
    return tuple(key.encode() for key in keys)


def are_signing_keys(value: SecretStr) -> SecretStr:
    signing_keys(value.get_secret_value())
    return value


def load(kind: type[S]) -> S:
    """Read the settings, or leave with status 2 and one line per fault, naming variable, value and fault."""
    try:
        return kind()
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        for fault in error.errors(include_url=False):
            print(_line(kind, prefix, fault), file=sys.stderr)
        raise SystemExit(2) from None


def _line(kind: type[ServiceSettings], prefix: str, fault: ErrorDetails) -> str:
    """A fault between several settings names them itself; its input would be all of them."""
    said = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return said
    variable = (prefix + "_".join(map(str, fault["loc"]))).upper()
    shown = fault["type"] != "missing" and not SECRET.search(variable)
    given = f" (given: {fault['input']!r})" if shown else ""
    return f"{variable}: {said}{given}; {_meaning(kind, fault['loc'])}"


def _meaning(kind: type[ServiceSettings], loc: tuple[int | str, ...]) -> str:
    field = kind.model_fields.get(str(loc[0])) if loc else None
    return f"it means: {field.description}" if field and field.description else "see docs/operations.md"
