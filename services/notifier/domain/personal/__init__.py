"""What looks personal in a text, by kind: addresses, numbers, places, names that people say of themselves."""
