"""What an entry of the archive is called, what a list shows of it, and what is like it."""
