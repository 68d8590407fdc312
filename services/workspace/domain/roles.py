"""Who may do what: the one table that every door asks, and that the tests of rights are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

Role = Literal["respondent", "lead", "coordinator", "observer"]
ROLES: tuple[Role, ...] = get_args(Role)

OF_A_LIBRARY: frozenset[Role] = frozenset({"respondent", "lead"})

PermittedAction = Literal[
    "be here",
    "see lists",
    "see a question",
    "work on a question",
    "see the library",
    "change the library",
    "see paragraphs",
    "write paragraphs",
    "see people",
    "invite people",
    "see the network",
    "steer the network",
    "see the audit",
]

_LIBRARY: frozenset[Role] = frozenset({"respondent", "lead"})
_EVERYBODY: frozenset[Role] = frozenset(ROLES)
_NETWORK: frozenset[Role] = frozenset({"coordinator", "observer"})

MAY: Mapping[PermittedAction, frozenset[Role]] = MappingProxyType(
    {
        "be here": _EVERYBODY,
        "see lists": _EVERYBODY,
        "see a question": _EVERYBODY,
        "work on a question": _LIBRARY,
        "see the library": _LIBRARY | _NETWORK,
        "change the library": frozenset({"lead", "coordinator"}),
        "see paragraphs": _EVERYBODY,
        "write paragraphs": frozenset({"lead", "coordinator"}),
        "see people": frozenset({"respondent", "lead", "coordinator"}),
        "invite people": frozenset({"lead", "coordinator"}),
        "see the network": _NETWORK,
        "steer the network": frozenset({"coordinator"}),
        "see the audit": frozenset({"coordinator"}),
    }
)
"""Action → who may do it, for their own library where the role is one of a library."""

ACTIONS_OF_THE_NETWORK: tuple[PermittedAction, ...] = tuple(
    action for action, roles in MAY.items() if not roles & OF_A_LIBRARY
)
"""What no role of a library allows."""


@dataclass(frozen=True, slots=True)
class Member:
    """One role of a person; `partner` is empty for the roles of the network."""

    role: Role
    partner: str = ""


def may(members: tuple[Member, ...], action: PermittedAction, partner: str | None = None) -> bool:
    """`partner`: whose thing it is; a role of a library counts there alone. None: nobody's in particular."""
    allowed = MAY[action]
    return any(
        member.role in allowed
        and (member.role not in OF_A_LIBRARY or partner is None or member.partner == partner)
        for member in members
    )


def libraries(members: tuple[Member, ...]) -> tuple[str, ...]:
    """Those that the person works in."""
    return tuple(sorted({member.partner for member in members if member.role in OF_A_LIBRARY}))
