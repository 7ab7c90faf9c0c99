"""Runs and what they keep."""

from __future__ import annotations

import pytest

from adaptor.ledger.errors import KeyTaken, LedgerError
from adaptor.ledger.records import RunRecord, sent
from adaptor.ledger.store import open_store

PERSON = "6543210987654321"


def send(ledger, *texts, to=PERSON, **facts):
    entries = ledger.claim([ledger.write("send", to, text, page="9", **facts) for text in texts], sending=True)
    ledger.settle([sent(entry.id, {"recipient_id": to}) for entry in entries if entry.is_claimed])
    return entries


def test_a_run_is_found_as_it_was_begun(runs):
    ledger = runs.begin(input={"data": {"a": [1, None, "ü"]}}, started=1000.5)
    found = ledger.store.runs.find("r1")
    assert (found.path, found.input, found.started, found.status) == (
        "/jobs/job.py",
        {"data": {"a": [1, None, "ü"]}},
        1000.5,
        "running",
    )
    assert ledger.store.runs.is_under_way(found)


def test_a_run_that_does_not_say_when_begins_now(runs, store):
    before = store.database.now()
    assert before <= runs.begin().record.started <= store.database.now()


def test_a_run_that_ended_says_how(runs, store):
    runs.stop(runs.begin("r1"))
    runs.finish(runs.begin("r2"))
    stopped, finished = store.runs.find("r1"), store.runs.find("r2")
    assert (stopped.status, stopped.exit_code, stopped.holder) == ("stopped", 1, None)
    assert (finished.status, finished.exit_code) == ("finished", 0)
    assert finished.ended >= finished.started
    assert not store.runs.is_under_way(finished)


def test_the_newest_runs_come_first_with_their_counts(runs, store):
    for number in range(3):
        ledger = runs.begin(f"r{number}", started=100.0 + number)
        send(ledger, *"abc"[:number])
    assert [(each.id, each.outcomes) for each in store.runs.newest(2)] == [("r2", {"sent": 2}), ("r1", {"sent": 1})]


def test_the_last_run_that_wrote_something_is_found(runs, store):
    for number in range(2):
        send(runs.begin(f"r{number}", started=100.0 + number), "a")
    runs.begin("r2", started=200.0)
    found = store.runs.last_that_wrote("/jobs/job.py", "input")
    assert (found.id, found.outcomes) == ("r1", {"sent": 1})
    assert store.runs.last_that_wrote("/jobs/job.py", "another") is None


def test_a_path_that_is_no_text_is_found_again(store):
    store.runs.begin(RunRecord("r1", "/jobs/\udcff.py", "job", "input"))
    assert store.runs.newest_of("/jobs/\udcff.py", []) == "r1"


def test_a_step_that_is_kept_again_replaces_the_first(runs):
    ledger = runs.begin()
    ledger.keep_step("failed", {"data": 1})
    ledger.keep_step("done", None)
    ledger.enter_step("step", 1)
    ledger.keep_step("done", {"data": 3})
    steps = {(step.step, step.arrival): (step.status, step.output) for step in ledger.store.runs.steps("r1")}
    assert steps == {("step", 0): ("done", None), ("step", 1): ("done", {"data": 3})}


def test_rows_come_in_the_order_in_which_they_were_taken_page_by_page(runs, store):
    ledger = runs.begin()
    send(runs.begin("r2"), "other")
    for number in range(25):
        send(ledger, f"{number}")
    found = [row.write.fingerprint for row in store.writes.records("r1", page_size=10)]
    assert found == [str(number) for number in range(25)]
    assert [row.write.fingerprint for row in store.writes.records("r1", ["unknown"])] == []
    assert len(list(store.writes.records("r1", ["sent", "unknown"], page_size=5))) == 25


def test_who_was_settled_in_a_step_is_known(runs, store):
    ledger = runs.begin()
    send(ledger, "a")
    ledger.claim([ledger.write("send", "2", "a")])
    assert store.writes.is_settled("r1", "step", 0, PERSON, before=2)
    assert not store.writes.is_settled("r1", "step", 1, PERSON, before=2)
    assert not store.writes.is_settled("r1", "step", 0, "2", before=2)


# --- Purging ---


def test_a_purge_forgets_the_people_and_keeps_the_counts(runs, store):
    ledger = runs.begin(input={"data": [PERSON]})
    send(ledger, "a", "b")
    send(ledger, "c", own_key="appointment 77")
    ledger.keep_step("done", {"data": [PERSON]})
    runs.stop(ledger)
    assert store.runs.purge("r1") == 3
    rows = list(store.writes.records("r1"))
    assert {(row.write.recipient, row.write.own_key, row.write.fingerprint, row.result) for row in rows} == {
        ("", None, "", None),
        ("", "", "", None),
    }
    found = store.runs.find("r1")
    assert (found.input, found.outcomes, store.runs.steps("r1")) == (None, {"sent": 3}, [])
    assert found.purged >= found.ended


def test_a_key_stays_used_after_a_purge(runs, store):
    ledger = runs.begin()
    send(ledger, "a", own_key="k")
    runs.finish(ledger)
    store.runs.purge("r1")
    (entry,) = send(runs.begin("r2"), "a", own_key="k")
    assert not entry.is_claimed
    assert entry.error is None
    assert entry.record.outcome == "sent"


def test_a_key_for_nobody_is_still_a_key_of_its_own(runs):
    send(runs.begin("r1"), "a", to="", own_key="k")
    (entry,) = send(runs.begin("r2"), "a", own_key="k")
    assert isinstance(entry.error, KeyTaken)


def test_a_purged_run_is_not_resumed(runs, store):
    runs.stop(runs.begin())
    store.runs.purge("r1")
    with pytest.raises(LedgerError, match="was purged of its recipients"):
        runs.resume()


def test_a_run_under_way_is_not_purged(runs, store):
    send(runs.begin(), "a")
    with pytest.raises(LedgerError, match="The run `r1` is under way: it cannot be purged"):
        store.runs.purge("r1")
    assert [row.write.recipient for row in store.writes.records("r1")] == [PERSON]


def test_a_run_that_nobody_knows_has_nobody_to_forget(store):
    assert store.runs.purge("r9") == 0


def test_runs_past_their_time_are_purged(runs, store):
    for run in ("old", "new", "killed", "under way"):
        ledger = runs.begin(run, started=store.database.now() - 1000)
        send(ledger, run)
        if run == "killed":
            runs.let_lease_end(ledger)
        elif run != "under way":
            runs.stop(ledger)
    with store.database.transaction():
        store.database.run("UPDATE runs SET ended = started WHERE id = 'old'")
    assert sorted(store.runs.purge_older(900)) == ["killed", "old"]
    assert store.runs.purge_older(900) == []
    assert [row.write.recipient for row in store.writes.records("new")] == [PERSON]


def test_of_purged_people_nothing_stays_in_the_files(tmp_path):
    store = open_store(str(tmp_path / "ledger.db"))
    store.runs.begin(RunRecord("r1", "/jobs/job.py", "job", "input", input={"data": [PERSON] * 1000}))
    store.leases.acquire("h", "machine", "process")
    from adaptor.ledger.ledger import Ledger

    ledger = Ledger.resume(store, "r1")
    ledger.enter_step("step", 0)
    for size in range(1, 40):
        send(ledger, *[f"{size}.{number}" for number in range(size)])
        ledger.keep_step("done", {"data": [PERSON] * size * 100})
    files = list(tmp_path.iterdir())
    assert any(PERSON.encode() in file.read_bytes() for file in files)
    store.runs.end("r1", ledger._lease.id, "stopped", 1)
    store.runs.purge("r1")
    assert not any(PERSON.encode() in file.read_bytes() for file in files)
    ledger.close(1, finished=False)


def test_only_what_has_finished_is_forgotten_where_the_rest_could_go_on(runs, store):
    send(runs.begin("r1"), "a")
    runs.stop(runs.open[0])
    send(runs.begin("r2"), "a")
    runs.finish(runs.open[0])
    assert store.runs.purge_older(-1.0, finished=True) == ["r2"]
    assert store.runs.purge_older(-1.0) == ["r1"]


def test_the_words_behind_the_path_are_kept(runs, store):
    runs.begin(words=["reminders", "--only", "write"])
    assert store.runs.find("r1").words == ["reminders", "--only", "write"]


def test_writes_are_counted_by_step_in_the_order_in_which_the_steps_came(runs, store):
    ledger = runs.begin()
    ledger.enter_step("z", 0)
    send(ledger, "a", "b")
    ledger.enter_step("a", 1)
    send(ledger, "c")
    assert store.runs.counts_by_step("r1") == [("z", 0, False, "sent", 2), ("a", 1, False, "sent", 1)]


# --- Runs beside each other ---


def test_runs_beside_this_one_are_those_under_way_and_those_that_ended_since(runs, store):
    for run in ("long ago", "just now", "under way"):
        ledger = runs.begin(run)
        send(ledger, run)
        if run != "under way":
            runs.stop(ledger)
    with store.database.transaction():
        store.database.run("UPDATE runs SET ended = 5 WHERE id = 'long ago'")
        store.database.run("UPDATE runs SET ended = 10 WHERE id = 'just now'")
    found = {each.id: each.outcomes for each in store.runs.alongside("/jobs/job.py", "input", 10)}
    assert found == {"just now": {"sent": 1}, "under way": {"sent": 1}}
    assert store.runs.alongside("/jobs/other.py", "input", 0) == []
    assert store.runs.alongside("/jobs/job.py", "another", 0) == []


def test_later_runs_of_the_same_workflow_are_known(runs, store):
    begun = [("a", ["w"]), ("b", ["w", "--end", "x"]), ("c", ["v"]), ("d", []), ("e", ["w"])]
    for number, (run, words) in enumerate(begun):
        runs.begin(run, words=words, started=100.0 + number)
    assert store.runs.later(store.runs.find("a")) == ["e", "b"]
    assert store.runs.later(store.runs.find("d")) == []
    assert store.runs.later(store.runs.find("e")) == []


def test_of_runs_with_labels_those_are_listed_that_have_all_of_them(runs, store):
    for number, labels in enumerate([{}, {"team": "a"}, {"team": "a", "week": "3"}, {"team": "b", "week": "3"}]):
        runs.begin(f"r{number}", labels=labels, started=100.0 + number, input={"data": 1})
    assert [each.id for each in store.runs.newest()] == ["r3", "r2", "r1", "r0"]
    assert [each.id for each in store.runs.newest(labels={"team": "a"})] == ["r2", "r1"]
    assert [each.id for each in store.runs.newest(1, {"team": "a"})] == ["r2"]
    assert [each.id for each in store.runs.newest(labels={"team": "a", "week": "3"})] == ["r2"]
    assert store.runs.newest(labels={"team": "c"}) == []
    (newest,) = store.runs.newest(1)
    assert (newest.input, newest.labels) == (None, {"team": "b", "week": "3"})


def test_labelled_runs_are_found_page_by_page(runs, store, monkeypatch):
    from adaptor.ledger import runs as module

    monkeypatch.setattr(module, "_PAGE_SIZE", 2)
    for number in range(5):
        runs.begin(f"r{number}", labels={"n": str(number % 2)}, started=100.0 + number)
    assert [each.id for each in store.runs.newest(labels={"n": "0"})] == ["r4", "r2", "r0"]


def test_all_facts_of_a_run_are_read_as_they_were_recorded(store):
    record = RunRecord(
        "r1",
        "/jobs/job.py",
        "digest of the job",
        "digest of the input",
        {"data": 1},
        started=5.0,
        words=["w"],
        is_fresh=True,
        labels={"a": "b"},
        given={"people": "p.json"},
    )
    assert store.runs.begin(record) == record
    assert store.runs.find("r1") == record


def test_a_resume_begins_one_more_attempt_and_forgets_how_the_last_one_ended(runs, store):
    runs.finish(runs.begin(given={"configuration": "state", "people": "a"}))
    record = store.runs.resume("r1", "h", {"credentials": "c"})
    assert (record.attempt, record.status, record.holder) == (2, "running", "h")
    assert (record.ended, record.exit_code, record.given) == (None, None, {"people": "a", "credentials": "c"})
    assert store.runs.resume("r9", "h") is None
    store.runs.end("r1", "another", "finished", 0)
    assert store.runs.find("r1").status == "running"
    store.runs.end("r1", "h", "stopped", 7)
    again = store.runs.resume("r1", "h")
    assert (again.attempt, again.given) == (3, {"people": "a", "credentials": "c"})


def test_runs_of_a_job_whose_folder_was_moved_are_found_where_it_lies_now(runs, store, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "job.py").touch()
    for id_, path in (("r1", "/gone/job.py"), ("r2", "/gone/other.py"), ("r3", str(tmp_path / "there" / "job.py"))):
        store.runs.begin(RunRecord(id_, path, "job", "input", started=1.0))
    store.runs.adopt("/now/job.py")
    assert {id_: store.runs.find(id_).path for id_ in ("r1", "r2")} == {"r1": "/now/job.py", "r2": "/gone/other.py"}
    assert store.runs.find("r3").path == str(tmp_path / "there" / "job.py")


def test_a_job_that_has_runs_of_its_own_takes_no_others(runs, store):
    for id_, path in (("r1", "/gone/job.py"), ("r2", "/now/job.py")):
        store.runs.begin(RunRecord(id_, path, "job", "input", started=1.0))
    store.runs.adopt("/now/job.py")
    assert store.runs.find("r1").path == "/gone/job.py"
