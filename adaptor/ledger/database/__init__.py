"""Where the records are kept: SQLite in a file, or PostgreSQL by its address; one schema for both."""
