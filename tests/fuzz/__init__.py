"""Fuzzers: whatever a run is given, it ends in a result or in an error with its place, within a second."""
