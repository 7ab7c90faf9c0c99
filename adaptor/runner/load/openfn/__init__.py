"""OpenFn's own formats: projects and workspaces, which are run, and jobs in JavaScript, which are refused."""
