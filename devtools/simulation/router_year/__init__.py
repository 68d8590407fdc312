"""A year in a few minutes: the router's own handlers and timers, its own SQL, and a clock of its own."""
