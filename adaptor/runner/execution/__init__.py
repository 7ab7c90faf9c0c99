"""A run: begun, performed step by step, recorded, gone on with after a stop."""
