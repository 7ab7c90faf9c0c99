"""What goes wrong on purpose: lost answers, errors of Meta's, slow and broken ones."""
