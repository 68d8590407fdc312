"""What a library that would join writes of itself, and what is wanting in it."""

from __future__ import annotations

import re
import unicodedata

WAYS = ("mail", "program")


def proposed_id(name: str) -> str:
    """`Médiathèque de Saint-Étienne` → `mediatheque-de-saint-etienne`."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:60].strip("-") or "bibliotheque"


def is_mail(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    return bool(local) and "." in domain.strip(".") and not any(sign.isspace() for sign in address)
