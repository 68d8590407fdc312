"""Doors: every fact of a question's life goes into the read model, and the directory beside it."""

from __future__ import annotations

from services.chassis.messaging.readers import Subscriptions
from services.contracts import topology
from services.contracts.explained import QuestionExplained, WeightsChanged, WeightsSimulated
from services.contracts.ingest import HeldEnded, HeldNoted, HeldShown, KeyNoted
from services.contracts.notifier import (
    AddressLifted,
    AddressSilenced,
    DeliveryFailed,
    DeliveryResumed,
    EntryNoted,
    EntryShown,
    PostNoted,
)
from services.contracts.router import PartnerChanged
from services.workspace.handlers import directory, explaining, failing, holding, posting, releasing
from services.workspace.handlers.hearing import hear


def subscriptions() -> Subscriptions:
    return {
        **dict.fromkeys(topology.HEARS["workspace"], hear),
        PartnerChanged: directory.heard,
        QuestionExplained: explaining.heard,
        WeightsChanged: explaining.weights_changed,
        WeightsSimulated: explaining.weights_simulated,
        DeliveryFailed: failing.failed,
        DeliveryResumed: failing.resumed,
        AddressSilenced: failing.silenced,
        AddressLifted: failing.lifted,
        EntryNoted: releasing.noted,
        EntryShown: releasing.shown,
        PostNoted: posting.keep_post,
        HeldNoted: holding.noted,
        HeldEnded: holding.ended,
        HeldShown: holding.shown,
        KeyNoted: directory.key_noted,
    }
