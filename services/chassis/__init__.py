"""What every service drives on: start and stop, consuming, inbox, outbox, pool, migrations, logs, health.

Knows no event by name and no business rule.
"""
