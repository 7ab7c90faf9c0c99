"""Operations that a job defines itself."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from adaptor import (
    DeliveryUnknown,
    JobError,
    MissingReference,
    State,
    WrongCall,
    data_value,
    each,
    execute,
    fn,
    operation,
    state,
)
from adaptor.core.run.context import Run

ROOT = Path(__file__).parents[2]


@operation
def count(state: State, key: str, by: int = 1, *, times: int = 1) -> State:
    """Count."""
    if by == 0:
        raise ValueError("nothing to count")
    return {**state, key: state.get(key, 0) + by * times}


@operation
def count_twice(state, key):
    return count(key)(count(key)(state))


def test_what_can_be_no_operation_says_how_one_is_written():
    for wrong in (object(), int):
        with pytest.raises(WrongCall) as refused:
            operation(wrong)
        assert refused.value.fix.startswith("Write ")
    with pytest.raises(WrongCall) as refused:
        operation(lambda rows: rows)
    assert refused.value.fix == "Write def <lambda>(state, …)."


def test_it_is_an_operation_like_any_other():
    step = count("visits", by=state.step, times=lambda s: s["times"])
    assert repr(step).startswith("count('visits', state.step, times=<lambda line ")
    assert step({"step": 5, "times": 2}) == {"step": 5, "times": 2, "visits": 10}
    assert count("visits") == count("visits") != count("other")
    assert pickle.loads(pickle.dumps(count("visits", by=state.step)))({"step": 3})["visits"] == 3
    assert count.__doc__ == "Count."


def test_it_reads_references_for_each_item_of_a_loop():
    loop = each(state.data, count(data_value("key"), by=state.data.by))
    assert loop({"data": [{"key": "a", "by": 1}, {"key": "b", "by": 2}]})["b"] == 2


def test_it_performs_other_operations_and_takes_handlers():
    assert execute(count_twice("n"))({})["n"] == 2
    assert count("n", by=0).catch(lambda error, s: {**s, "failed": error.operation})({})["failed"] == "count"


def test_an_error_inside_names_the_operation_and_the_line():
    with pytest.raises(JobError) as caught:
        each(state.data, count("n", by=0))({"data": [1]})
    assert caught.value.place == "each[0] · count"
    assert caught.value.operation == "count"
    assert (caught.value.file, caught.value.line) == (__file__, count.__wrapped__.func.__code__.co_firstlineno + 4)


def test_a_missing_reference_names_where_it_is_written():
    step = count(state.key)
    with pytest.raises(MissingReference) as caught:
        step({"data": {}})
    assert (caught.value.operation, caught.value.line) == ("count", step.line)


def test_a_wrong_call_fails_where_it_is_written():
    with pytest.raises(WrongCall, match="Did you mean `times`") as caught:
        count("n", time=2)
    assert caught.value.fix == "Write count(key, [by], [times=…])."
    with pytest.raises(WrongCall, match="is missing `key`"):
        count()


def test_what_returns_no_state_is_an_error():
    @operation
    def forgets(state):
        count("n")(state)

    with pytest.raises(JobError, match="returned None instead of a state"):
        forgets()({})


async def later(state):
    return state


def items(state):
    yield state


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda psid: psid, "The first parameter of the operation `<lambda>` is `psid`: it must be the state."),
        (lambda **named: named, "The first parameter of the operation `<lambda>` is missing"),
        (later, "`later` is asynchronous"),
        (items, "`items` is a generator"),
        (dict, "@operation is above a type"),
        (7, "@operation is above a int"),
        (fn(lambda s: s), "@operation is above a _Function"),
    ],
)
def test_what_can_be_no_operation_is_refused_where_it_is_defined(function, message):
    with pytest.raises(WrongCall, match="operation") as caught:
        operation(function)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("function", [lambda s: s, lambda _: {}, lambda _state: {}, lambda *given: given[0]])
def test_other_names_for_the_state_are_taken(function):
    assert operation(function)()({}) == {}


def test_it_is_code_of_the_job_which_hears_nothing_of_a_killed_attempt():
    # What it does after an error is not known: it might send something else to whom the first message has reached.
    with Run() as run, run.catching():
        run.under_way.append(each([], fn(lambda s: s)))
        assert run.raises_again(DeliveryUnknown("lost"), was_raised=False)
        run.under_way.append(count("n"))
        assert not run.raises_again(DeliveryUnknown("lost"), was_raised=False)
        assert run.raises_again(DeliveryUnknown("lost"), was_raised=True)


@pytest.mark.long
def test_type_checkers_know_it(tmp_path):
    script = tmp_path / "job.py"
    script.write_text(
        "from adaptor import State, each, operation, send_text, state\n"
        "@operation\n"
        "def remind(state: State, psid: str, *, text: str = 'Hello') -> State:\n"
        "    return send_text(psid, text)(state)\n"
        "each(state.data.rows, remind(state.data.psid, text=f'Hello {state.data.name}'))\n"
        "remind(7)\n"
        "remind('7', txt='Hello')\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(script)]
    told = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False).stdout
    assert [line.split(": ")[0].rpartition(":")[2] for line in told.splitlines() if ": error: " in line] == ["6", "7"]
