"""Text: strict JSON with the position of each mistake, and how much of a value a log shows."""
