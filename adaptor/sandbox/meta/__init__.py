"""Meta's facts: error bodies, limits, webhook fields, the template library, the form of its JSON."""
