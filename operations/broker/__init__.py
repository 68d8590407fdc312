"""The broker's side of the topology: who may do what, as definitions and through the management API."""
