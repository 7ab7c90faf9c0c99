"""What is wrong with what was given: each problem with its file, line and caret."""
