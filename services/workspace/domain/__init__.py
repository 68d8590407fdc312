"""Rules of the workspace: plain Python."""
