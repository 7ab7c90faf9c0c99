"""What can be said of a job before it runs: `adaptor check`."""
