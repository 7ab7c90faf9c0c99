"""Files that a run is given, and the place of each value in them."""
