"""The tables of ingest: one named function per query, constant SQL."""
