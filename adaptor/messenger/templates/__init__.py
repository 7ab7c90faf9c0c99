"""Utility templates: building, creating, listing them."""
