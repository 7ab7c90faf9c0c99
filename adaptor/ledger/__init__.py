"""The ledger: what was sent, to whom, with what outcome. It keeps a write from being sent twice after a crash.

It holds one record for each write of a run: `claimed → sending → sent | failed | unknown | skipped`. Only `sending`
must be on disk before the first byte leaves. If a later change is lost, the outcome of the write is `unknown`.

The modules:

* `ledger`: the interface for a run; `at_most_once`: claim, send and settle in one context.
* `records`: the values that are stored; `store`: all tables of one database.
* `claims/`: the table of writes, how a write is identified, and who may make it.
* `runs`, `run_counts`, `pages`, `stop_list`, `leases/`: the other tables; `pace`: how fast a Page may send.
* `collections`: values that jobs keep between runs; `run_collections`: as one run uses them.
* `database/`: SQLite and PostgreSQL; `patience`: waiting for a database that is lost.
* `dry_run_copy`: a copy for dry runs. `refusals`, `errors`: why a run or a write is refused.
"""
