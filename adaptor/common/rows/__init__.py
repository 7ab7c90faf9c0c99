"""Rows of files and lists: read one by one, with the place of each, and what became of it."""
