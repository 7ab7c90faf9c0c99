"""The tables of the service, beside the ledger: events, runs and people, the same on SQLite and PostgreSQL."""
