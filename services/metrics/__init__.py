"""The memory of the network in numbers. It knows no person and publishes nothing."""
