"""What a run shows and writes: logs, progress, files, commands to copy."""
