"""What a library writes for itself."""
