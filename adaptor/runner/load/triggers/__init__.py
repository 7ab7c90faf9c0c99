"""Triggers of a workflow: which events and moments start it."""
