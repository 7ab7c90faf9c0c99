"""The simulated Graph API over HTTP: single calls and batches."""
