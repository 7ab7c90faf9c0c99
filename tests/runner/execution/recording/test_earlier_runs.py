"""What is said of an earlier run of a job, and which run cannot be resumed."""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from adaptor.core.errors import InputError
from adaptor.core.run.context import Run
from adaptor.ledger.records import RunRecord
from adaptor.messenger.broadcast.options import BroadcastOptions
from adaptor.runner.execution.recording.earlier_runs import (
    ago,
    began_at,
    check_alone,
    check_new,
    check_resumable,
    made_of,
    newest_of,
    others_of,
    stopped_midway,
)
from adaptor.runner.execution.recording.ledger_options import LedgerOptions
from adaptor.runner.load.digest import job_digest


def record(**facts: Any) -> RunRecord:
    return RunRecord("r1", "/jobs/job.py", "job", "input")._replace(**{"status": "stopped", "exit_code": 1, **facts})


def store_of(**runs: Any) -> Any:
    database = SimpleNamespace(now=lambda: 10_000.0)
    writes = SimpleNamespace(messages_and_people=lambda run: runs.pop("sent"))
    return SimpleNamespace(name="ledger.db", database=database, writes=writes, runs=SimpleNamespace(**runs))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-86_400, "less than a minute ago"),
        (0, "less than a minute ago"),
        (59, "less than a minute ago"),
        (60, "1 minute ago"),
        (3_599, "59 minutes ago"),
        (3_600, "1 hour ago"),
        (86_399, "23 hours ago"),
        (86_400, "1 day ago"),
        (86_400 * 1_500, "1,500 days ago"),
    ],
)
def test_how_long_ago_something_was_is_said_in_one_unit(seconds: float, words: str) -> None:
    assert ago(seconds) == words


def test_what_was_made_is_what_was_sent_or_may_have_been() -> None:
    messages = {"sent": 2, "unknown": 1, "sending": 3, "failed": 9}
    assert made_of(record(messages=messages, outcomes={"claimed": 1})) == ({"sent": 2, "unknown": 4}, {})


@pytest.mark.parametrize(
    ("facts", "how"),
    [
        ({"status": "running"}, "was killed"),
        ({"exit_code": 0}, "was for a part of the people only"),
        ({"exit_code": 130}, "was interrupted"),
        ({"exit_code": 3}, "stopped before its end"),
    ],
)
def test_a_run_that_stopped_midway_says_how_and_what_it_has_made(facts: Any, how: str) -> None:
    begin = "The last run of this job with the same initial state, `r1`, "
    made = record(messages={"sent": 1}, outcomes={"sent": 3}, **facts)
    assert stopped_midway(store_of(), made, Run()) == (
        f"{begin}{how}: 1 sent, 2 other calls sent. A new run would send those messages again."
    )
    others = record(outcomes={"sent": 1}, **facts)
    assert stopped_midway(store_of(), others, Run()) == (
        f"{begin}{how}: 1 other call sent. A new run would make those calls again."
    )


def test_no_run_and_a_finished_one_did_not_stop_midway() -> None:
    assert stopped_midway(store_of(), None, Run()) is None
    assert stopped_midway(store_of(), record(status="finished", purged=1.0), Run()) is None
    assert stopped_midway(store_of(sent=(0, 0)), record(status="finished"), Run()) is None


@pytest.mark.parametrize(
    ("facts", "sent", "words"),
    [
        ({"ended": 9_000.0}, (1, 1), "16 minutes ago, sent 1 message to 1 person."),
        ({"started": 6_400.0}, (2_000, 1_500), "1 hour ago, sent 2,000 messages to 1,500 people."),
        (
            {"ended": 9_000.0, "messages": {"unknown": 1}},
            (2, 2),
            "16 minutes ago, sent 2 messages to 2 people; of 1 more it is not known whether it arrived.",
        ),
        (
            {"ended": 9_000.0, "messages": {"sending": 2}},
            (0, 0),
            "16 minutes ago, sent 0 messages to 0 people; of 2 more it is not known whether they arrived.",
        ),
        ({"ended": 9_000.0}, (0, 0), None),
    ],
)
def test_what_a_finished_run_has_sent_is_said(facts: Any, sent: Any, words: str | None) -> None:
    lines: list[Any] = []
    with Run(sink=lambda *line: lines.append(line[:3])) as run:
        assert stopped_midway(store_of(sent=sent), record(status="finished", **facts), run) is None
    sentence = f"This job ran before with the same initial state: run `r1`, {words}"
    assert lines == ([] if words is None else [("info", "run", sentence)])


def test_the_newest_run_is_that_of_the_job_or_of_the_workflow() -> None:
    assert newest_of(store_of(newest_of=lambda path, words: f"{path} {words}"), "job.py", ["a"]) == "job.py ['a']"
    for words, what in (([], "job.py"), (["--start", "a"], "job.py"), (["reminders"], "reminders in job.py")):
        with pytest.raises(InputError) as refused:
            newest_of(store_of(newest_of=lambda path, words: None), "job.py", words)
        assert refused.value.description == f"The ledger ledger.db holds no run of {what}."
        assert refused.value.fix == "adaptor runs list shows the runs."


@pytest.mark.parametrize(
    ("ended", "is_under_way", "words"),
    [
        (None, True, "The same job with the same initial state is under way in another process, as run `r1`."),
        (
            10_000.5,
            False,
            "Another process ran the same job with the same initial state meanwhile, as run `r1`. "
            "This run has sent nothing.",
        ),
        (9_000.0, False, None),
        # By a clock that has been put back since.
        (20_000.0, False, None),
        (None, False, None),
    ],
)
def test_a_run_beside_another_of_the_same_job_is_refused(ended: Any, is_under_way: bool, words: str | None) -> None:
    asked: list[Any] = []

    def alongside(*about: Any) -> list[RunRecord]:
        asked.append(about[:2])
        return [record(ended=ended)]

    store = store_of(alongside=alongside, is_under_way=lambda other: is_under_way)
    store.database.now = count(10_000.0).__next__
    if words is None:
        check_alone(store, "/jobs/job.py", "input", Run())
    else:
        with pytest.raises(InputError) as refused:
            check_alone(store, "/jobs/job.py", "input", Run())
        assert refused.value.description == words
        assert refused.value.fix in (
            "Wait until it ends. With --fresh it runs a second time, and people get every message twice.",
            "See what it did: adaptor runs show r1.",
        )
    assert asked == [("/jobs/job.py", "input")]


def test_the_other_runs_of_a_job_are_each_named_once_and_never_itself() -> None:
    store = store_of(later=lambda run: ["r3", "r1"], guarding=lambda path, words, began: ["r2", "r3", "r1"])
    assert others_of(store, record()) == ["r3", "r2"]
    assert others_of(store, record(is_fresh=True)) == ["r3"]


def test_what_earlier_runs_have_sent_counts_up_to_the_begin_of_the_one_that_is_resumed() -> None:
    asked: list[Any] = []
    store = store_of(later=lambda run: [], guarding=lambda path, words, began: asked.append((path, words, began)) or [])
    others_of(store, record(started=7_000.0, words=["reminders"]))
    assert asked == [("/jobs/job.py", ["reminders"], 7_000.0)]


def test_when_a_run_began_is_told_by_the_clock_of_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(started=500.0)
    monkeypatch.setattr(run, "now", lambda: 530.0)
    assert began_at(store_of(), run) == 9_970.0


def test_a_run_beside_this_one_is_looked_for_from_its_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    run, asked = Run(started=500.0), []
    monkeypatch.setattr(run, "now", lambda: 530.0)
    check_alone(store_of(alongside=lambda *about: asked.append(about) or []), "/jobs/job.py", "input", run)
    assert asked == [("/jobs/job.py", "input", 9_970.0)]


def test_a_broadcast_knows_what_the_run_before_has_sent() -> None:
    with Run(sink=lambda *line: None) as run:
        stopped_midway(store_of(sent=(2, 2)), record(status="finished", ended=9_000.0), run)
        before = "This job ran before with the same initial state: run `r1`, 16 minutes ago"
        assert BroadcastOptions.of(run).earlier == ("r1", f"{before}, sent 2 messages to 2 people.")


# --- What cannot be resumed ---

FILES: Any = ([], [])


def not_resumed(known: RunRecord, *, path: str = "/jobs/job.py", words: Any = (), **options: Any) -> InputError:
    given = LedgerOptions()
    for name, value in options.items():
        setattr(given, name, value)
    with pytest.raises(InputError) as refused:
        check_resumable(known, "r1", path, list(words), FILES, given)
    return refused.value


def test_a_run_of_another_job_is_refused_with_the_command_for_it() -> None:
    known = record(words=["reminders"], given={"sandbox": True})
    error = not_resumed(known, path="/jobs/other.py", database="x.db")
    assert error.description == "The run `r1` is a run of /jobs/job.py."
    assert error.fix == "Write adaptor run /jobs/job.py reminders --resume r1 --sandbox --database x.db"


def test_a_run_of_other_options_is_refused_with_them() -> None:
    known = record(job_digest=job_digest(FILES), given={"sandbox": True})
    error = not_resumed(known, words=["--start", "a"], database="x.db")
    assert error.description == "The run `r1` was started with nothing else after the path."
    assert error.fix == "Write adaptor run /jobs/job.py --resume r1 --sandbox --database x.db"


def test_a_job_that_was_moved_is_resumed_and_one_that_has_changed_on_purpose_alone() -> None:
    check_resumable(record(job_digest=job_digest(FILES), words=[]), "r1", "/moved/job.py", [], FILES, LedgerOptions())
    assert not_resumed(record(words=[])).description == "The job has changed since the run `r1` began."
    allowed = LedgerOptions()
    allowed.allow_changed = True
    check_resumable(record(words=[]), "r1", "/jobs/job.py", [], FILES, allowed)


@pytest.mark.parametrize("known", [None, record(purged=5.0)])
def test_a_run_that_is_not_there_or_was_purged_is_refused_by_the_ledger(known: Any) -> None:
    check_resumable(known, "r1", "/jobs/other.py", ["x"], FILES, LedgerOptions())


def test_the_name_of_another_run_is_refused_with_what_to_do() -> None:
    check_new(store_of(find=lambda name: None), "r1")
    with pytest.raises(InputError) as refused:
        check_new(store_of(find=lambda name: record()), "r1")
    assert refused.value.description == "The ledger ledger.db already has a run `r1`."
    assert refused.value.fix == "Choose another name with --run-id, or go on with that run: --resume r1."


def test_a_finished_run_with_as_many_unknown_messages_as_sent_ones_is_said_too() -> None:
    lines: list[Any] = []
    with Run(sink=lambda *line: lines.append(line[2])) as run:
        stopped_midway(store_of(sent=(1, 1)), record(status="finished", messages={"unknown": 1}), run)
    assert "sent 1 message to 1 person; of 1 more it is not known whether it arrived." in lines[0]


def test_after_a_run_that_stopped_midway_and_was_purged_nothing_begins_unasked() -> None:
    with pytest.raises(InputError) as refused:
        stopped_midway(store_of(), record(messages={"sent": 2}, outcomes={"sent": 2}, purged=1.0), Run())
    assert refused.value.description == (
        "The last run of this job with the same initial state, `r1`, stopped before its end: 2 sent. It was purged and "
        "cannot be resumed; a new run would send those messages again."
    )
    assert refused.value.fix == "To start a new run on purpose: --fresh."
