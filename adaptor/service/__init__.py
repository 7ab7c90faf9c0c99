"""The service: people write, workflows answer. Webhooks come in, are stored once, and start runs."""
