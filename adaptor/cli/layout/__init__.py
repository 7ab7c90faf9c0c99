"""How pages of text look on a terminal: help, `docs`, `runs`."""
