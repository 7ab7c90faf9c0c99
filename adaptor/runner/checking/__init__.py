"""Checking a job before it runs: `adaptor check`, `adaptor config check`."""
