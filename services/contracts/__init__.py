"""What crosses the wire: events, their envelope, the broker's topology, golden examples.

Pydantic only, no I/O. A field is only ever added, and added optional; anything else is a new version beside
the old one. See docs/events.md.
"""
