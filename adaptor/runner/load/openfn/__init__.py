"""What OpenFn wrote: its projects and workspaces, which are run, and its jobs, which are told what Python writes."""
