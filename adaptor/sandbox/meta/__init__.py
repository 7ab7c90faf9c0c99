"""Facts of Meta's: error bodies, limits, webhook fields, the library of templates."""
