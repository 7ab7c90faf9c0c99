"""The table of writes: which write it is, whether it may be made, and how it ended."""
