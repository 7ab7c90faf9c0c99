"""The vocabulary as plain facts: `adaptor docs`."""
