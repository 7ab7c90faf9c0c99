"""A message to many people: each exactly once, or honestly unknown.

`operation` is what a job writes; `parcels` makes of each item the call that is to go out, `engine` sends them fifty at
a time through the ledger, `hands` wait for the answers, `tally` counts what becomes of them, `progress` tells how far
it has come, `outlook` says beforehand what is about to happen, `people` reads who is to be left out.
"""
