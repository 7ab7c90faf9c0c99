"""A message to many people: to each at most once; what cannot be known is reported as unknown.

`operation` is what a job writes. `requests` makes the call for each item, `claims` asks the ledger which calls are to
be made now, `engine` sends them fifty at a time, and `dry_run` shows them instead. `workers` wait for the answers,
`outcomes` counts how the items ended, `progress` shows how far it has come, `confirmation` says beforehand what will
happen, `exclusions` reads who is left out.
"""
