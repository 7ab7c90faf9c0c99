"""Objects: read by path, and split by key."""

import copy
import pickle

import pytest
from hypothesis import given, strategies as st

from adaptor import JobError, WrongCall, data_value, expand_references, json_value, split_keys, state

STATE = {"data": {"row": {"id": 7, "name": "Ana"}, "keys": ["id"], "path": "name"}}

READ = [
    ({"a": {"b": 5}}, "a.b", 5),
    ({"a": {"b": 5}}, "$.a.b", 5),
    ({"rows": [{"id": 1}, {"id": 2}]}, "$.rows[*].id", 1),
    ([{"id": 1}], "[0].id", 1),
    ({"a": None}, "a", None),
    ({"a": 1}, "b", None),
    (None, "a", None),
    ({"a": 1}, "$", {"a": 1}),
    ({"rows": [{"t": "a", "n": 1}, {"t": "b", "n": 2}]}, "$.rows[?(@.t == 'b')].n", 2),
]


@pytest.mark.parametrize(("obj", "path", "expected"), READ)
def test_a_value_is_read_by_its_path(obj, path, expected):
    assert json_value(obj, path) == expected


def test_a_default_stands_in_where_nothing_matches_or_none_does():
    assert json_value({"a": 1}, "b", default="x") == "x"
    assert json_value({"a": None}, "a", default="x") == "x"
    assert json_value({"a": 0}, "a", default="x") == 0
    assert json_value({"a": None}, "a") is None


SPLITS = [
    ({"a": 1, "b": 2}, ["a"], [{"b": 2}, {"a": 1}]),
    ({"a": 1}, ["zz"], [{"a": 1}, {}]),
    ({"a": 1}, [], [{"a": 1}, {}]),
    ({}, ["a"], [{}, {}]),
    ({"a": None}, ("a",), [{}, {"a": None}]),
    ({"a": {"x": 1}, "b": None, "c": 3}, ["b", "zz", "c"], [{"a": {"x": 1}}, {"b": None, "c": 3}]),
]


@pytest.mark.parametrize(("obj", "keys", "expected"), SPLITS)
def test_an_object_is_split_by_its_keys(obj, keys, expected):
    assert split_keys(obj, keys) == expected


@given(st.dictionaries(st.text(), st.integers()), st.lists(st.text()))
def test_the_two_parts_are_the_object_and_the_object_stays_as_it_was(obj, keys):
    before = copy.deepcopy(obj)
    # Read from a state: what is written in a job is looked through for f-strings first.
    rest, picked = split_keys(state.obj, state.chosen)({"obj": obj, "chosen": [*keys, *list(obj)[::2]]})
    assert {**rest, **picked} == obj == before
    assert not rest.keys() & picked.keys()
    assert list(picked) == [key for key in obj if key in picked]


LAZY = [
    (json_value(state.data.row, "id"), 7, "json_value(state.data.row, 'id')"),
    (json_value({"a": [state.data.row]}, "a[0].name"), "Ana", "json_value({'a': [state.data.row]}, 'a[0].name')"),
    (json_value(state.data.row, state.data.path), "Ana", "json_value(state.data.row, state.data.path)"),
    (
        json_value(data_value("row"), "x", default=state.data.path),
        "name",
        "json_value(data_value('row'), 'x', default=state.data.path)",
    ),
    (
        split_keys(state.data.row, state.data["keys"]),
        [{"name": "Ana"}, {"id": 7}],
        "split_keys(state.data.row, state.data.keys)",
    ),
    (
        split_keys({"a": state.data.path, "b": 1}, ["b"]),
        [{"a": "name"}, {"b": 1}],
        "split_keys({'a': state.data.path, 'b': 1}, ['b'])",
    ),
]


@pytest.mark.parametrize(("lazy", "expected", "printed"), LAZY, ids=[row[2] for row in LAZY])
def test_with_a_lazy_argument_the_helper_is_a_lazy_reference(lazy, expected, printed):
    assert expand_references(STATE, [lazy]) == [[expected]]
    twin = pickle.loads(pickle.dumps(lazy))
    assert repr(lazy) == repr(twin) == printed
    assert lazy(STATE) == twin(STATE) == expected


WRONG = [
    (lambda: json_value({}, 5), "`path` of json_value() must be a text, not an int."),
    (lambda: json_value({}), "json_value() is missing `path`."),
    (lambda: json_value({}, "a", 1), "json_value() takes 2 positional arguments, but 3 were given."),
    (lambda: json_value({}, pth="a"), "json_value() does not take `pth`. Did you mean `path`?"),
    (lambda: split_keys([], ["a"]), "`obj` of split_keys() must be an object, not a list."),
    (lambda: split_keys({}, "abc"), "`keys` of split_keys() must be a list of text, not a str."),
    (lambda: split_keys({}, [1]), "`keys` of split_keys() must be a list of text, not a list."),
    (lambda: split_keys({}), "split_keys() is missing `keys`."),
    (lambda: split_keys({}, kyes=[]), "split_keys() does not take `kyes`. Did you mean `keys`?"),
]


@pytest.mark.parametrize(("call", "words"), WRONG, ids=[row[1] for row in WRONG])
def test_a_wrong_call_is_refused_with_what_to_write(call, words):
    with pytest.raises(WrongCall) as caught:
        call()
    assert str(caught.value) == words


def test_a_path_that_cannot_be_read_is_an_error():
    with pytest.raises(JobError, match="cannot be read"):
        json_value({}, "a[")
