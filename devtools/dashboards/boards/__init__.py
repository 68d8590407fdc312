"""The dashboards: what each is for, and the query behind every panel.

Every copy of metrics shows the same business numbers: max over copies, never their sum.
"""

from devtools.dashboards.boards import broker, network, partner, services

BOARDS = (network.TODAY, services.SERVICES, partner.PARTNER, broker.BROKER)
