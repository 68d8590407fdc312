"""Whom an identity provider vouches for."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for. `mail` is None where it says that the address is not theirs."""

    issuer: str
    subject: str
    mail: str | None
    id_token: str = field(repr=False)
