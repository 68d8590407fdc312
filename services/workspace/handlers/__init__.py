"""What the workspace does: load, decide, save, ask."""
