"""What was sent, to whom, with what outcome: so that nothing is sent twice, whatever is killed and whenever.

One row for every write of a run: `claimed → sending → sent | failed | unknown | skipped`. Only the mark `sending` has
to be on disk before the first byte leaves; losing a later mark gives an honest `unknown`.

The modules: `rows` (what is written down), `keys` (which write is which); `runs`, `writes`, `pages` and `holders` (the
tables); `pace` (how fast a Page may send); `holder` and `process` (who holds rows, and until when); `database` with
`schema`, `sqlite` and `postgres` (where it lies); `store` (all of it); `ledger` (what a run asks).
"""
