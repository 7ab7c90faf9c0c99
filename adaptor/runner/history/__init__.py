"""Earlier runs in a ledger, and finding out whether their unknown writes were sent."""
