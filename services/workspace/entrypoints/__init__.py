"""Doors: pages, streams, facts, receipts. Each parses, calls and answers."""
