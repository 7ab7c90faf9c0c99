"""What people probably meant: names, files, texts and states that are not what was expected. Used for errors only."""
