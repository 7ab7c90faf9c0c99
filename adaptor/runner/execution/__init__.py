"""Running a plan: start, steps, ledger, resume, signals, result."""
