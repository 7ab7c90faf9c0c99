"""The reference of all public names: `adaptor docs`."""
