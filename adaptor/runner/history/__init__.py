"""What a ledger tells of earlier runs, and how the unknown in it is settled."""
