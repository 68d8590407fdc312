"""A decision as facts and the account of it tell it: codes and numbers, no sentences."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from services.contracts.reasons import Exclusion, Reason
from services.contracts.vocabulary import PartnerName
from services.router.domain.routing.decision import Candidate, Decision, Excluded
from services.router.domain.routing.directory import Directory
from services.router.domain.routing.loads import fair_capacity
from services.router.domain.routing.routing_request import Weights
from services.router.handlers.facts import name_of

EXCLUSIONS_NAMED = 200
REASONS: TypeAdapter[tuple[Reason, ...]] = TypeAdapter(tuple[Reason, ...])


def reasons_of(candidate: Candidate) -> tuple[Reason, ...]:
    """The parts that spoke for or against the partner."""
    spoke = (part for part in candidate.parts if part.points)
    return REASONS.validate_python(
        tuple({"code": part.name, "points": part.points, **part.params} for part in spoke)
    )


def exclusions_of(directory: Directory, decision: Decision, language: str | None) -> tuple[Exclusion, ...]:
    """`language` is the question's: it says what they do not speak."""
    known = ((why, names) for why, names in decision.excluded.items() if not isinstance(names, int))
    named = sorted((name, why) for why, names in known for name in names)
    return tuple(
        _exclusion(name_of(directory, partner), why, language) for partner, why in named[:EXCLUSIONS_NAMED]
    )


def _exclusion(partner: PartnerName, code: str, language: str | None) -> Exclusion:
    said = language if code == "language" else None
    return Exclusion.model_validate(
        {"partner": partner.id, "partner_name": partner.name, "code": code, "language": said}
    )


def account_of(decision: Decision, weights: Weights) -> dict[str, Any]:
    """Every number of a decision, as it is stored and explained; of a very large network the best candidates,
    and how many were excluded. `measures` and `capacity` say what other weights would have made of it."""
    return {
        "weights": asdict(weights),
        "tier": decision.tier,
        "eligible": decision.eligible,
        "candidates": [_candidate(candidate) for candidate in decision.ranked],
        "excluded": {why: _plain(names) for why, names in decision.excluded.items()},
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    parts = {part.name: [part.points, dict(part.params)] for part in candidate.parts}
    return {
        "partner": candidate.partner.id,
        "total": candidate.total,
        "parts": parts,
        "measures": {part.name: part.measure for part in candidate.parts if part.measure},
        "capacity": fair_capacity(candidate.partner.capacity_per_week),
    }


def _plain(names: Excluded) -> list[str] | int:
    return names if isinstance(names, int) else sorted(names)
