"""Counts of writes in words."""

from adaptor.core.run.context import Run
from adaptor.runner.execution.counts import Counts, made_in, whole


def counted(**outcomes):
    run = Run()
    for outcome, (messages, others) in outcomes.items():
        run.count(outcome, is_message=True, count=messages)
        run.count(outcome, is_message=False, count=others)
    return run


def test_messages_and_other_calls_are_counted_apart():
    counts = Counts(counted(sent=(3, 1), failed=(1, 0)))
    assert counts.words() == ["3 sent", "1 failed", "1 other call sent"]
    assert counts.sentence() == "Messages: 3 sent, 1 failed. Other calls that change something: 1 sent."
    assert counts.sentence(made_before=1200).endswith(" 1,200 made before and not again.")


def test_without_a_write_nothing_was_sent():
    assert Counts(Run()).words() == []
    assert Counts(Run()).sentence() == "Nothing was sent."


def test_counts_since_earlier_ones_are_the_difference():
    run = counted(sent=(2, 0))
    before = Counts(run)
    run.count("sent", is_message=True, count=3)
    assert Counts(run).since(before).words() == ["3 sent"]


ROWS = [
    ("a", 0, 1, True, "sent", 3),
    ("a", 0, 2, True, "sending", 2),
    ("a", 0, 1, False, "sent", 4),
    ("a", 0, 1, False, "unknown", 1),
    ("a", 1, 1, True, "sent", 10),
    ("b", 0, 1, True, "failed", 5),
]


def test_what_one_arrival_at_a_step_has_made_is_counted_over_all_attempts():
    assert made_in(ROWS, "a", 0) == (3, 4, 3)
    assert made_in(ROWS, "a", 1) == (10, 0, 0)
    assert made_in(ROWS, "b", 0) == (0, 0, 0)


def test_the_run_as_a_whole_has_what_is_recorded_and_what_never_is():
    run = Run()
    run.count("duplicate", is_message=True, count=2)
    run.count("failed", is_message=True, count=6)
    messages, writes = whole(ROWS, run)
    assert messages == {"sent": 13, "failed": 6, "unknown": 2, "duplicate": 2}
    assert writes == {"sent": 17, "failed": 6, "unknown": 3, "duplicate": 2}


def test_the_run_as_a_whole_is_said_where_this_attempt_did_not_make_all_of_it():
    run = Run()
    both = {"sent": 3}, {"sent": 4}
    assert Counts(run).sentence(2, both) == (
        "2 made before and not again. The run as a whole: 3 sent, 1 other call sent."
    )
    assert Counts(run).sentence(0, both) == "Nothing new was sent. The run as a whole: 3 sent, 1 other call sent."
    run.count("sent", is_message=True, count=3)
    run.count("sent", is_message=False)
    assert Counts(run).sentence(0, both) == "Messages: 3 sent. Other calls that change something: 1 sent."
