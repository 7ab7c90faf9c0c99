"""Secrets: known in all their forms, taken out of what is shown, marked in what is kept."""
