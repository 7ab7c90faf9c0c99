"""What a run shows: logs, progress, commands to go on with."""
