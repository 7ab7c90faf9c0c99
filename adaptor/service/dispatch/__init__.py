"""Waking workers on other machines: by Procrastinate, a queue in PostgreSQL. The rows of the runs are the truth."""
