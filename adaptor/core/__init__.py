"""What a state, an operation, a lazy reference, a run and an error are. Knows no HTTP."""
