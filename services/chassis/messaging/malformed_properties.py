"""Properties of a message that pamqp can't read, read as far as they go.

The broker looks at none of them. To pamqp a text that is no UTF-8, or a date beyond the year 9999, is the end
of the connection: the broker hands the same message out again, with all that lay beside it, until each of
them has been delivered too often, and one partner's message has taken its neighbours along. Read as far as it
goes, it is an event that lacks something, and is refused like any other.
"""

from __future__ import annotations

from contextlib import suppress

from pamqp.commands import Basic

_strictly = Basic.Properties.unmarshal


def _as_far_as_they_go(properties: Basic.Properties, flags: int, data: bytes) -> None:
    with suppress(Exception):
        _strictly(properties, flags, data)


def read_malformed_properties() -> None:
    """For this process. May be called again."""
    Basic.Properties.unmarshal = _as_far_as_they_go  # type: ignore[method-assign, assignment]
