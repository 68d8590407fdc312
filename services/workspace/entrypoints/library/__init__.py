"""What a library sees of itself, and writes for itself."""
