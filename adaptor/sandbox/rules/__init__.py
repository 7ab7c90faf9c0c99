"""What Meta checks before it takes a message."""
