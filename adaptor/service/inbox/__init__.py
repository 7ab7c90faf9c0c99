"""What comes in: a signed webhook becomes events, and each is stored once."""
