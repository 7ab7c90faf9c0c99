"""Running what is queued: a dispatcher claims runs, warm processes perform them, each run in a process of its own."""
