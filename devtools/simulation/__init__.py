"""`./sesame year`: a whole year with all four services, on servers of its own and by a clock of its own."""
