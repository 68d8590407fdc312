"""What operators do: look, trace, back up, restore."""
