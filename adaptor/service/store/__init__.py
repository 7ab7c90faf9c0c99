"""The tables of the service, beside the ledger, on SQLite and PostgreSQL: events, runs, schedules and people."""
