"""`./sesame ingest …`: what is held for a person, partners' keys, links; `./sesame retention`."""

from services.ingest.commands.submissions import register

__all__ = ["register"]
