"""The public archive: pages, feeds and JSON for everyone, and the desk where answers are released."""
