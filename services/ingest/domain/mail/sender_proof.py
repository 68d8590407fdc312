"""Whether a mail's sender is who From says: by what our own mail server wrote, or by an equal return path.

Anybody can write a From and an Authentication-Results (RFC 8601); only what bears the name of a server of
ours is believed. That server takes out what others wrote under its name (RFC 8601, 5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

SenderProof = Literal["claimed", "return_path", "authenticated"]

COMMENT = re.compile(r"\([^()]*+\)")
RESULT = re.compile(r"\s{0,50}+(dmarc|dkim|spf)(?:/\d+)?\s*+=\s*+(\w++)", re.IGNORECASE)
PROPERTY = re.compile(
    r"\b(header\.from|header\.d|header\.i|smtp\.mailfrom)\s*+=\s*+\"?([^\s\";]++)", re.IGNORECASE
)
DOMAINS = {"dmarc": ("header.from",), "dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom",)}
"""Method -> the properties that name whose domain was proven."""

MOST_RESULTS, LONGEST_RESULT = 20, 2_000
"""Of one mail; what is longer or more was written by nobody's mail server."""


def proof_of(
    sender: str, return_path: str | None, results: Iterable[str], trusted: frozenset[str]
) -> SenderProof:
    """`sender`: the address in From. `results`: values of the Authentication-Results headers. `trusted`:
    names by which servers of ours sign them, in lower case."""
    proven = {domain for result in results for domain in _proven_domains(result, trusted)}
    if any(_aligned(_domain(sender), domain) for domain in proven):
        return "authenticated"
    if return_path and _plain(return_path) == _plain(sender):
        return "return_path"
    return "claimed"


def _proven_domains(result: str, trusted: frozenset[str]) -> Iterator[str]:
    text = result[:LONGEST_RESULT]
    while (bare := COMMENT.sub(" ", text)) != text:
        text = bare
    server, *methods = text.split(";")
    if not server.split() or server.split()[0].lower() not in trusted:
        return
    for method in methods:
        found = RESULT.match(method)
        if found and found[2].lower() == "pass":
            wanted = DOMAINS[found[1].lower()]
            yield from (_domain(value) for name, value in PROPERTY.findall(method) if name.lower() in wanted)


def _aligned(one: str, other: str) -> bool:
    """The same domain, or one below the other (RFC 7489, 3.1: relaxed); never a top level alone."""
    return (
        "." in one
        and "." in other
        and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))
    )


def _domain(address: str) -> str:
    return address.strip("<>").rpartition("@")[2].lower().rstrip(".")


def _plain(address: str) -> str:
    return address.strip().strip("<>").lower()
