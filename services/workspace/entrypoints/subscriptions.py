"""Doors: every fact of a question's life goes into the read model."""

from __future__ import annotations

from services.chassis.messaging.incoming import Subscriptions
from services.contracts import topology
from services.workspace.handlers.hearing import hear


def subscriptions() -> Subscriptions:
    return dict.fromkeys(topology.HEARS["workspace"], hear)
