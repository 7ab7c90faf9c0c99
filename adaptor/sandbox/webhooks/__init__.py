"""Webhooks of the sandbox: made, signed, delivered."""
