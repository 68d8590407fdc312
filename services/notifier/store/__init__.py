"""SQL of the notifier, by what it is about: one named function per query, constant text."""
