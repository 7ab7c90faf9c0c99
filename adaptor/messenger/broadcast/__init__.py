"""A message to many people: each exactly once, or honestly unknown.

`operation` is what a job writes; `parcels` makes of each item the call that is to go out, `sorting` asks the ledger
which of them are to go out now, `engine` sends these fifty at a time, or `describing` shows them in a dry run; `hands`
wait for the answers, `tally` counts what becomes of all of them, `progress` tells how far it has come, `outlook` says
beforehand what is about to happen, `people` reads who is to be left out.
"""
