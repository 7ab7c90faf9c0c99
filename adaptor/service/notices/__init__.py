"""Telling people of what needs them: runs that have failed for good, and Pages that are paused."""
