"""What people write in social channels, as each of them tells it."""
