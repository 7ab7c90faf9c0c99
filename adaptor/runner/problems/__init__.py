"""Problems with what a run is given: each with its file, line and caret."""
