"""Workflow files: steps, edges and their conditions."""
