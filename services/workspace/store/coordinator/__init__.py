"""What the coordinator's pages read and write."""
