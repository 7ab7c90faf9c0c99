"""Edges about people and their conversations."""
