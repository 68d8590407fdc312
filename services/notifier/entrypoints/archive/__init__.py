"""The public archive: pages, feeds and JSON for everyone."""
