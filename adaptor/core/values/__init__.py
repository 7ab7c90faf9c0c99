"""Values that are known when an operation runs: lazy references, templates, JSONPaths, functions of the state."""
