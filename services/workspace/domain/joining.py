"""What a library that would join writes of itself, and what is wanting in it."""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Mapping
from typing import Any

WAYS = ("mail", "program")


def proposed_id(name: str) -> str:
    """`Médiathèque de Saint-Étienne` → `mediatheque-de-saint-etienne`."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:60].strip("-") or "bibliotheque"


def is_mail(address: str) -> bool:
    """Whether mail can be written to it, as far as its signs tell."""
    local, _, domain = address.rpartition("@")
    is_one = (
        bool(local)
        and len(address) <= 320
        and "@" not in local
        and not any(sign.isspace() for sign in address)
    )
    return is_one and "." in domain.strip(".")


def account_command(partner: str, name: str, record: Mapping[str, Any]) -> str:
    """What an operator types to give this library an account. Quoted: strangers wrote the words."""
    command = ["operator", "partners", "add", partner, "--name", name]
    for option, joined in (
        ("--languages", ",".join(record.get("languages", ()))),
        ("--subjects", ",".join(f"{theme}:{one}" for theme, one in record.get("subjects", {}).items())),
        ("--territories", ",".join(record.get("territories", ()))),
        ("--capacity", str(record.get("capacity_per_week", ""))),
    ):
        command += [option, joined] if joined else []
    return shlex.join(command)
