"""The web server: webhooks come in and are answered once they are on the disk."""
