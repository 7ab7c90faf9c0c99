"""Edges of a Page and its apps."""
