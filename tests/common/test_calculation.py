"""Functions of values that also take lazy references."""

import inspect
import pickle

import pytest

from adaptor import WrongCall, chunk, data_value, each, fn, index, local_time, source, source_value, state
from adaptor.common.calculation import calculation, checked_calculation, reader


@calculation
def double(value, *, times=2):
    """Double."""
    return value * times


FIVE = 5


def _refuse_five(value):
    if value is FIVE:
        raise WrongCall("five")


@checked_calculation(_refuse_five)
def not_five(value):
    return value


@reader(lambda name, default=None: f"$.{name}")
def named(state, name, default=None):
    """Read."""
    return state.get(name, default)


def test_a_calculation_is_made_now_or_later():
    assert double(2) == 4
    later = double(state.n, times=lambda s: s["times"])
    assert later({"n": 2, "times": 5}) == 10
    assert repr(double(state.n, times=3)) == "double(state.n, times=3)"
    assert pickle.loads(pickle.dumps(double(state.n)))({"n": 4}) == 8


def test_a_calculation_may_check_what_is_known():
    with pytest.raises(WrongCall, match="five"):
        not_five(FIVE)
    assert not_five(state.n)({"n": 5}) == 5


def test_what_is_read_from_the_state_is_never_interpreted():
    assert double(state.n, times=1)({"n": "$.other"}) == "$.other"


def test_a_reader_reads_the_state_and_is_shown_as_it_was_written():
    assert named("a", default=1)({}) == 1
    assert repr(named("a", default=state.b)) == "named('a', state.b)"
    assert named("a").__source_path__ == "$.a"
    assert pickle.loads(pickle.dumps(named("a")))({"a": 3}) == 3


def test_signatures_and_docstrings_stay():
    assert str(inspect.signature(double)) == "(value, *, times=2)"
    assert str(inspect.signature(named)) == "(name, default=None)"
    assert (double.__doc__, named.__name__) == ("Double.", "named")


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: double(), "double() is missing `value`."),
        (lambda: double(1, time=2), "double() does not take `time`. Did you mean `times`?"),
        (lambda: named("a", "b", "c"), "named() takes at most 2 positional arguments, but 3 were given."),
        (lambda: data_value(), "data_value() is missing `path`."),
    ],
)
def test_a_wrong_call_is_refused_where_it_is_written(build, message):
    with pytest.raises(WrongCall) as caught:
        build()
    assert str(caught.value).startswith(message)


def test_a_default_is_read_only_where_it_is_needed():
    value = data_value("name", default=state.data.nobody)
    assert value({"data": {"name": "Ana"}}) == "Ana"
    assert source_value("$.n", default=lambda s: 1 / 0)({"n": 1}) == 1


def test_the_path_of_a_loop_is_known_through_calculations():
    paths = [source("$.rows[*]"), data_value("rows"), chunk(source("$.rows[*]"), 2), data_value("rows", default=[])]
    assert [each(value, fn(lambda s: s)).args[0].__source_path__ for value in paths] == [
        *("$.rows[*]", "$.data.rows", "$.rows[*]", None)
    ]
    assert index().__source_path__ is None
    assert local_time(state.at, "UTC").__source_path__ is None
