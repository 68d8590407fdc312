"""A whole Sésame on one machine: private RabbitMQ and PostgreSQL, the four services, a mailbox.

Linux only: children are tied to their parent with prctl(PR_SET_PDEATHSIG).
"""
