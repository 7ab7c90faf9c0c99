"""Values: read by path, and put together."""

import pickle

import pytest
from hypothesis import given, strategies as st

from adaptor import (
    JobError,
    LazyStateError,
    WrongCall,
    data_path,
    data_value,
    each,
    execute,
    expand_references,
    field,
    fields,
    index,
    join,
    last_reference_value,
    merge,
    reference_path,
    source,
    source_value,
    state,
)

STATE = {
    "p": "X",
    "index": 3,
    "data": {"rows": [{"id": 1, "t": 5}, {"id": 2}], "first name": "Ana", "one": {"id": 7}, "zero": 0, "a.b": 4},
    "nil": None,
    "references": [{"a": 1, "b": 1}, {"a": 2}],
}

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
    (".x", "$.data.x"),
]


@pytest.mark.parametrize(("path", "whole"), PATHS)
def test_a_path_into_data_is_made_whole(path, whole):
    assert data_path(path) == whole


@pytest.mark.parametrize(
    "read",
    [data_path, data_value, source_value, source, reference_path, last_reference_value],
    ids=lambda it: it.__name__,
)
@pytest.mark.parametrize(
    "path",
    [None, 5, ["a"], state.data.key, f"{state.data.key}", f"rows[{state.index}]"],
    # The tokens in the f-strings are others in each process.
    ids=["None", "number", "list", "reference", "f-string", "f-string inside"],
)
def test_a_path_that_is_not_known_text_is_refused_with_what_to_write(read, path):
    with pytest.raises(WrongCall) as caught:
        read(path)
    assert str(caught.value) == f"The path of {read.__name__}() must be text that is known when the job is loaded."
    assert "state.data.rows[state.index]" in caught.value.fix


READERS = [
    (data_value("rows[0].id"), 1, "data_value('rows[0].id')"),
    (data_value("first name"), "Ana", "data_value('first name')"),
    (data_value("$.data.zero", default=5), 0, "data_value('$.data.zero', default=5)"),
    (data_value("one.id"), 7, "data_value('one.id')"),
    # A dot always leads one step down: a key with a dot in it is written in brackets.
    (data_value("a.b"), None, "data_value('a.b')"),
    (data_value("['a.b']"), 4, "data_value(\"['a.b']\")"),
    (data_value("rows[*].id"), 1, "data_value('rows[*].id')"),
    (source_value("$.nil", default=None), None, "source_value('$.nil', default=None)"),
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
    (
        join("$.data.rows[*]", "$.p", "parent"),
        [{"parent": "X", "id": 1, "t": 5}, {"parent": "X", "id": 2}],
        "join('$.data.rows[*]', '$.p', 'parent')",
    ),
    (join(state.data.one, state.p, "id"), [{"id": 7}], "join(state.data.one, state.p, 'id')"),
    (join([{"a": 1}], "$.nothing", state.p), [{"X": None, "a": 1}], "join([{'a': 1}], '$.nothing', state.p)"),
    (join("$.nothing[*]", "$.p", "a"), [], "join('$.nothing[*]', '$.p', 'a')"),
    (last_reference_value("a"), 2, "last_reference_value('a')"),
    (last_reference_value("$"), {"a": 2}, "last_reference_value('$')"),
    (last_reference_value("b", default=state.p), "X", "last_reference_value('b', default=state.p)"),
    (last_reference_value("b"), None, "last_reference_value('b')"),
    (index(), 3, "index()"),
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
    with pytest.raises(JobError) as caught:
        execute(lambda given: {**given, "x": merge([{}, 2], {"a": 1})(given)})({})
    assert str(caught.value) == "Item 1 of the source of merge() is an int, which takes no fields."


def test_joining_leaves_the_items_as_they_were():
    given = {"children": [{"id": 1}], "parent": {"id": 7}}
    assert join("$.children[*]", "$.parent.id", "parent")(given) == [{"parent": 7, "id": 1}]
    assert given == {"children": [{"id": 1}], "parent": {"id": 7}}


def test_joining_to_what_is_no_object_is_an_error_that_names_the_item():
    with pytest.raises(JobError) as caught:
        join([{"a": 1}, 5], "$.p", "key")(STATE)
    assert str(caught.value) == "Item 1 of the target of join() is an int, which takes no fields."
    with pytest.raises(JobError, match=r"Item 0 of the target of join\(\) is a list"):
        join("$.data.rows", "$.p", "key")(STATE)


@given(st.lists(st.dictionaries(st.text(), st.integers())), st.text(), st.integers())
def test_a_joined_item_has_the_key_and_keeps_all_that_it_had(items, key, value):
    joined = join("$.items[*]", "$.value", state.key)({"items": items, "value": value, "key": key})
    assert joined == [{key: value, **item} for item in items]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: join("$.a[*]", 5, "key"), "`source` of join() must be a path or a lazy reference, not an int."),
        (lambda: join("$.a[*]", "$.b", 5), "`key` of join() must be a text, not an int."),
        (lambda: join("$.a[*]", "$.b"), "join() is missing `key`."),
        (lambda: join("$.a[*]", "$.b", "c", "d"), "join() takes 3 positional arguments, but 4 were given."),
        (lambda: join("$.a[*]", "$.b", kee="c"), "join() does not take `kee`. Did you mean `key`?"),
        (lambda: reference_path(), "reference_path() is missing `path`."),
        (lambda: reference_path("a", default=1), "reference_path() does not take `default`."),
        (lambda: last_reference_value(), "last_reference_value() is missing `path`."),
        (
            lambda: last_reference_value("a", defualt=1),
            "last_reference_value() does not take `defualt`. Did you mean `default`?",
        ),
        (lambda: index(1), "index() takes 0 positional arguments, but 1 was given."),
        (lambda: index(of=1), "index() does not take `of`."),
    ],
)
def test_a_wrong_call_is_refused_where_it_is_written(call, words):
    with pytest.raises(WrongCall) as caught:
        call()
    assert str(caught.value) == words


@pytest.mark.parametrize(
    "call", [lambda: join("$.a[", "$.b", "c"), lambda: join("$.a", "$.b[", "c"), lambda: last_reference_value("a[")]
)
def test_a_path_that_cannot_be_read_is_refused_where_it_is_written(call):
    with pytest.raises(JobError, match="cannot be read"):
        call()


def test_the_index_is_that_of_the_loop():
    seen = each(["a", "b"], lambda given: {**given, "seen": [*given.get("seen", []), index()(given)]})({})["seen"]
    assert seen == [0, 1]
    assert index()({}) is None


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
