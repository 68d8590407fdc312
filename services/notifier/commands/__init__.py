"""`./sesame notifier …`: webhook secrets, deliveries given up, silences."""

from services.notifier.commands.deliveries import register

__all__ = ["register"]
