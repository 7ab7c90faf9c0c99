"""The persons of a sandbox: what they see, write and tap."""
