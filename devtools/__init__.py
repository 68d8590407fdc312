"""How Sésame is run: the one command, private servers on a developer's machine, containers."""
