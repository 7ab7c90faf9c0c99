"""Secrets: found in all their forms, redacted in output, replaced by marks in stored data."""
