"""From an event to the runs that it starts."""
