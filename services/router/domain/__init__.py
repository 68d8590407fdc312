"""The rules of routing, in plain Python: no I/O, no framework, nothing but the standard library."""
