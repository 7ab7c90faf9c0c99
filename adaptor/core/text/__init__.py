"""Texts from outside: strict JSON with the place of each mistake, and signs that a terminal must not obey."""
