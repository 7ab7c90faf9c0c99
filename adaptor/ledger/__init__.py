"""The ledger: what was sent, to whom, with what outcome. It keeps a write from being sent twice after a crash.

It holds one record for each write of a run: `claimed → sending → sent | failed | unknown | skipped`. Only `sending`
must be on disk before the first byte leaves. If a later change is lost, the outcome of the write is `unknown`.

The modules:

* `ledger`: the interface for a run; `at_most_once`: claim, send and settle in one context.
* `records`: the values that are stored; `write_id`: how a write is identified.
* `runs`, `writes` (with `claim` and `columns`), `pages`, `leases`: the tables; `store`: all of them.
* `collections`: values that jobs keep between runs; `run_collections`: as one run uses them.
* `lease`, `process`: the lease of this process; `pace`: how fast a Page may send.
* `database/`: SQLite and PostgreSQL. `refusals`, `errors`: why a run or a write is refused.
"""
