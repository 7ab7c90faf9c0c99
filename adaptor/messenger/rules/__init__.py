"""What Meta allows: limits, values, windows, ids of persons, and the shape of its answers."""
