"""How pages are made: templates and words."""
