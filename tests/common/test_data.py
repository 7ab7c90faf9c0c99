"""Values: read by path, and put together."""

import pickle

import pytest

from adaptor import (
    JobError,
    LazyStateError,
    WrongCall,
    data_path,
    data_value,
    execute,
    expand_references,
    field,
    fields,
    merge,
    source,
    source_value,
    state,
)

STATE = {"p": "X", "data": {"rows": [{"id": 1, "t": 5}, {"id": 2}], "first name": "Ana", "one": {"id": 7}, "zero": 0}}

PATHS = [
    ("x", "$.data.x"),
    ("a.b", "$.data.a.b"),
    (" a ", "$.data.a"),
    ("$.x", "$.data.x"),
    ("$.data.x", "$.data.x"),
    ("$.data[0].x", "$.data[0].x"),
    ("[0].x", "$.data[0].x"),
    ("$[0]", "$.data[0]"),
    ("$", "$.data"),
    ("$.data", "$.data"),
    ("database", "$.data.database"),
    ("$.database", "$.data.database"),
    ("data.x", "$.data.data.x"),
]


@pytest.mark.parametrize(("path", "whole"), PATHS)
def test_a_path_into_data_is_made_whole(path, whole):
    assert data_path(path) == whole


@pytest.mark.parametrize("read", [data_path, data_value, source_value, source], ids=lambda it: it.__name__)
@pytest.mark.parametrize(
    "path", [None, 5, ["a"], state.data.key, f"{state.data.key}", f"rows[{state.index}]"], ids=repr
)
def test_a_path_that_is_not_known_text_is_refused_with_what_to_write(read, path):
    with pytest.raises(WrongCall) as caught:
        read(path)
    assert str(caught.value) == f"The path of {read.__name__}() must be text that is known when the job is loaded."
    assert "state.data.rows[state.index]" in caught.value.fix


READERS = [
    (data_value("rows[0].id"), 1, "data_value('rows[0].id')"),
    (data_value("first name"), "Ana", "data_value('first name')"),
    (data_value("$.data.zero", default=5), 0, "data_value('zero', default=5)"),
    (data_value("nothing"), None, "data_value('nothing')"),
    (data_value("nothing", default=[state.p]), ["X"], "data_value('nothing', default=[state.p])"),
    (source_value("$.data.rows[*].id"), 1, "source_value('$.data.rows[*].id')"),
    (source_value("p"), "X", "source_value('p')"),
    (source("$.data.rows[*].id"), [1, 2], "source('$.data.rows[*].id')"),
    (source("$.nothing"), [], "source('$.nothing')"),
    (
        merge("$.data.rows[*]", {"t": 9, "p": state.p}),
        [{"id": 1, "t": 9, "p": "X"}, {"id": 2, "t": 9, "p": "X"}],
        "merge('$.data.rows[*]', {'t': 9, 'p': state.p})",
    ),
    (
        merge(state.data.one, {"a": data_value("zero")}),
        [{"id": 7, "a": 0}],
        "merge(state.data.one, {'a': data_value('zero')})",
    ),
    (
        merge([{"a": state.p}], fields(field("b", state.p))),
        [{"a": "X", "b": "X"}],
        "merge([{'a': state.p}], {'b': state.p})",
    ),
    (merge("$.nothing[*]", {"a": 1}), [], "merge('$.nothing[*]', {'a': 1})"),
]
BY_PRINT = pytest.mark.parametrize(("reader", "expected", "printed"), READERS, ids=[row[2] for row in READERS])


@BY_PRINT
def test_a_reader_reads_wherever_it_stands(reader, expected, printed):
    assert expand_references(STATE, {"deep": [reader]}) == [{"deep": [expected]}]


@BY_PRINT
def test_a_reader_can_be_called_with_a_state(reader, expected, printed):
    assert reader(STATE) == expected


@BY_PRINT
def test_a_reader_prints_as_it_was_written_and_travels(reader, expected, printed):
    twin = pickle.loads(pickle.dumps(reader))
    assert repr(reader) == repr(twin) == printed
    assert twin(STATE) == expected


@pytest.mark.parametrize(
    "call", [lambda it: it(), lambda it: it("text"), lambda it: it(STATE, 1), lambda it: it(a=STATE)]
)
def test_a_reader_is_called_with_a_state_or_not_at_all(call):
    with pytest.raises(LazyStateError, match="called as a function"):
        call(data_value("x"))


def test_merging_leaves_the_items_as_they_were():
    given = {"rows": [{"a": 1}]}
    assert merge("$.rows[*]", {"a": 2})(given) == [{"a": 2}]
    assert given == {"rows": [{"a": 1}]}


def test_merging_into_what_is_no_object_is_an_error():
    with pytest.raises(JobError):
        execute(lambda given: {**given, "x": merge([1, 2], {"a": 1})(given)})({})


def test_fields_make_an_object_of_which_the_last_value_stays():
    assert fields(field("a", 1), ["b.c", 2], field("a", 3)) == {"a": 3, "b.c": 2}
    assert fields() == {}


def test_fields_hold_lazy_values_until_they_are_used():
    made = fields(field("name", state.p), ["deep", {"x": [f"<{state.p}>"]}])
    assert expand_references(STATE, made) == [{"name": "X", "deep": {"x": ["<X>"]}}]


@pytest.mark.parametrize("pair", [lambda: field(state.p, 1), lambda: field(f"{state.p}", 1)])
def test_a_lazy_key_is_refused(pair):
    with pytest.raises(LazyStateError, match="used as a key"):
        fields(pair())
