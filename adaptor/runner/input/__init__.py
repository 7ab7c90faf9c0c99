"""Files that a run is given, with the place of everything in them."""
