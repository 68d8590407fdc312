"""The containers on a real engine: `./sesame test --containers`."""
