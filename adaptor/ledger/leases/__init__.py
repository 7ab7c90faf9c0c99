"""Which process holds a run; what a dead one leaves."""
