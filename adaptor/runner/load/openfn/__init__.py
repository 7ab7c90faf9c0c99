"""OpenFn's own formats: its projects and workspaces are run; its jobs, which are JavaScript, are refused with the Python for them."""
