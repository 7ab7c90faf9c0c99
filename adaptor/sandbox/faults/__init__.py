"""Faults on request: lost responses, Meta's errors, slow and broken responses."""
