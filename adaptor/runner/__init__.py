"""From a job script on disk to a final state."""
