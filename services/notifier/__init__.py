"""Everything that goes out: to partners, askers, channels and the public archive."""
