"""Load, decide, save, announce: one function per thing that can come in."""
