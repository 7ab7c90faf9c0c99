"""Counts of writes in words."""

from adaptor.core.run.context import Run
from adaptor.runner.execution.counts import Counts


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
