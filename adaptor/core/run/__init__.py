"""A run that is under way: what operations share, where in the job they are, who looks on, how it is ended."""
