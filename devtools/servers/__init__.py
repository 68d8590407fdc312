"""A whole Sésame on one machine: private RabbitMQ and PostgreSQL, the five services, a mailbox.

Linux only: children are tied to their parent by the kernel's parent-death signal.
"""
