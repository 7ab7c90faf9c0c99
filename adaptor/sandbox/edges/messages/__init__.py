"""Edges that send, and what they send: attachments, templates, notifications."""
