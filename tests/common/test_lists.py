"""Lists: made, cut into pieces, and joined into text."""

import pickle

import pytest
from hypothesis import given, strategies as st

from adaptor import (
    JobError,
    LazyStateError,
    WrongCall,
    array_to_string,
    chunk,
    data_value,
    expand_references,
    send_text,
    source,
    state,
    to_array,
)

STATE = {"data": {"rows": [1, 2, 3], "name": "Ana", "size": 2, "sign": "; ", "nothing": None}}

ARRAYS = [
    ("Ana", ["Ana"]),
    (None, [None]),
    (0, [0]),
    ({"a": 1}, [{"a": 1}]),
    ([], []),
    ([[1], 2], [[1], 2]),
    ((1, 2), [1, 2]),
    ("", [""]),
]


@pytest.mark.parametrize(("value", "expected"), ARRAYS)
def test_a_value_becomes_a_list_and_a_list_stays_one(value, expected):
    assert to_array(value) == expected


def test_the_list_is_a_new_one():
    given = [1, 2]
    assert to_array(given) is not given


TEXTS = [
    (["a", "b"], ", ", "a, b"),
    ([1, 2.5, "x"], "-", "1-2.5-x"),
    ([None, "x", None], "-", "-x-"),
    ([True, False], " ", "true false"),
    (("a", "b"), "", "ab"),
    ([], ", ", ""),
    ([3], ",", "3"),
]


def test_without_a_separator_there_is_a_comma():
    assert array_to_string(["Mo", None, 3]) == "Mo,,3"
    assert array_to_string(state.days)({"days": ["Mo", "Tu"]}) == "Mo,Tu"


@pytest.mark.parametrize(("array", "separator", "expected"), TEXTS)
def test_items_are_joined_into_a_text(array, separator, expected):
    assert array_to_string(array, separator) == expected


@pytest.mark.parametrize(("item", "kind"), [({"a": 1}, "a dict"), ([1], "a list"), (b"x", "a bytes")])
def test_an_item_without_a_plain_text_is_named(item, kind):
    with pytest.raises(JobError) as caught:
        array_to_string(["a", item], ",")
    assert str(caught.value) == f"Item 1 given to array_to_string() is {kind}, which has no plain text."


CHUNKS = [
    ([], 3, []),
    ([1], 1, [[1]]),
    ([1, 2], 7, [[1, 2]]),
    ([1, 2, 3, 4], 2, [[1, 2], [3, 4]]),
    ((1, 2, 3), 2, [[1, 2], [3]]),
]


@pytest.mark.parametrize(("array", "size", "expected"), CHUNKS)
def test_a_list_is_cut_into_pieces(array, size, expected):
    assert chunk(array, size) == expected


@given(st.lists(st.integers()), st.integers(min_value=1, max_value=50))
def test_the_pieces_hold_every_item_once_and_in_order_and_all_but_the_last_are_full(items, size):
    pieces = chunk(items, size)
    assert [item for piece in pieces for item in piece] == items
    assert all(len(piece) == size for piece in pieces[:-1])
    assert all(0 < len(piece) <= size for piece in pieces)


@given(st.lists(st.text(alphabet="abc")))
def test_what_was_joined_can_be_split_again(items):
    joined = array_to_string(items, "|")
    assert joined.split("|") == (items or [""])


@pytest.mark.long
@given(st.recursive(st.none() | st.integers() | st.booleans(), st.lists))
def test_making_a_list_twice_is_making_it_once(value):
    assert to_array(to_array(value)) == to_array(value)


# --- lazy arguments ---

LAZY = [
    (to_array(state.data.name), ["Ana"], "to_array(state.data.name)"),
    (to_array(data_value("nothing")), [None], "to_array(data_value('nothing'))"),
    (to_array([state.data.name, 1]), ["Ana", 1], "to_array([state.data.name, 1])"),
    (to_array(f"<{state.data.name}>"), ["<Ana>"], "to_array(f'<{state.data.name}>')"),
    (array_to_string(state.data.rows, state.data.sign), "1; 2; 3", "array_to_string(state.data.rows, state.data.sign)"),
    (array_to_string(["x", state.data.name], "-"), "x-Ana", "array_to_string(['x', state.data.name], '-')"),
    (chunk(state.data.rows, 2), [[1, 2], [3]], "chunk(state.data.rows, 2)"),
    (
        chunk(source("$.data.rows[*]"), state.data.size),
        [[1, 2], [3]],
        "chunk(source('$.data.rows[*]'), state.data.size)",
    ),
    (chunk([1, 2, 3], size=state.data.size), [[1, 2], [3]], "chunk([1, 2, 3], state.data.size)"),
    (chunk(to_array(state.data.rows), 3), [[1, 2, 3]], "chunk(to_array(state.data.rows), 3)"),
]
BY_PRINT = pytest.mark.parametrize(("lazy", "expected", "printed"), LAZY, ids=[row[2] for row in LAZY])


@BY_PRINT
def test_with_a_lazy_argument_the_helper_is_a_lazy_reference(lazy, expected, printed):
    assert expand_references(STATE, {"deep": [lazy]}) == [{"deep": [expected]}]
    assert lazy(STATE) == expected


@BY_PRINT
def test_it_prints_as_it_was_written_and_travels(lazy, expected, printed):
    twin = pickle.loads(pickle.dumps(lazy))
    assert repr(lazy) == repr(twin) == printed
    assert twin(STATE) == expected


def test_two_operations_with_the_same_helper_are_alike():
    assert send_text("1", array_to_string(state.data.rows, ",")) == send_text(
        "1", array_to_string(state.data.rows, ",")
    )
    assert send_text("1", array_to_string(state.data.rows, ",")) != send_text(
        "1", array_to_string(state.data.rows, ";")
    )


def test_a_function_of_the_state_is_an_argument_too():
    assert chunk(lambda given: given["data"]["rows"], 3)(STATE) == [[1, 2, 3]]


def test_what_the_state_holds_is_never_interpreted():
    def function(given):
        raise AssertionError("called")

    assert to_array(state.f)({"f": function}) == [function]


def test_a_lazy_helper_cannot_be_used_as_if_it_were_the_value():
    with pytest.raises(LazyStateError, match="`len` was called on it"):
        len(chunk(state.data.rows, 2))
    with pytest.raises(LazyStateError, match="iterated over"):
        list(to_array(state.data.rows))


# --- wrong calls ---

WRONG = [
    (lambda: chunk("abc", 2), "`array` of chunk() must be a list, not a str."),
    (lambda: chunk(None, 2), "`array` of chunk() must be a list, not None."),
    (lambda: chunk([1], "2"), "`size` of chunk() must be a whole number from 1, not a str."),
    (lambda: chunk([1], True), "`size` of chunk() must be a whole number from 1, not a bool."),
    (lambda: chunk([1], 1.5), "`size` of chunk() must be a whole number from 1, not a float."),
    (lambda: chunk([1], 0), "`size` of chunk() must be a whole number from 1, not 0."),
    (lambda: chunk([1], -1), "`size` of chunk() must be a whole number from 1, not -1."),
    (lambda: chunk([1]), "chunk() is missing `size`."),
    (lambda: chunk([1], sise=2), "chunk() does not take `sise`. Did you mean `size`?"),
    (lambda: chunk([1], 2, 3), "chunk() takes 2 positional arguments, but 3 were given."),
    (lambda: array_to_string("abc", ","), "`array` of array_to_string() must be a list, not a str."),
    (lambda: array_to_string(["a"], None), "`separator` of array_to_string() must be a text, not None."),
    (lambda: array_to_string(), "array_to_string() is missing `array`."),
    (lambda: array_to_string(["a"], sep=","), "array_to_string() does not take `sep`."),
    (lambda: to_array(), "to_array() is missing `value`."),
    (lambda: to_array(1, 2), "to_array() takes 1 positional argument, but 2 were given."),
    (lambda: to_array(valeu=1), "to_array() does not take `valeu`. Did you mean `value`?"),
    (lambda: chunk(state.data.name, 2)(STATE), "`array` of chunk() must be a list, not a str."),
]


@pytest.mark.parametrize(("call", "words"), WRONG, ids=[row[1] for row in WRONG])
def test_a_wrong_call_is_refused_with_what_to_write(call, words):
    with pytest.raises(WrongCall) as caught:
        call()
    assert str(caught.value).startswith(words)
    assert caught.value.fix


def test_an_operation_is_no_value():
    with pytest.raises(LazyStateError, match="is an operation, but a value is expected"):
        to_array(send_text("1", "hi"))
