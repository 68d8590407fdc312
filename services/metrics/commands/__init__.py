"""`./sesame metrics …`: key figures as files, counted anew, checked, imported."""

from services.metrics.commands.arguments import register

__all__ = ["register"]
