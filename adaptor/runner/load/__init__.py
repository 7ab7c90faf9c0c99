"""From a script, a workflow or a project to a plan of steps."""
