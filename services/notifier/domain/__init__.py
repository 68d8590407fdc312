"""The notifier's rules: plain Python, no I/O."""
