"""SQL: one named function per query."""
