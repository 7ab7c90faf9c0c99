"""JSONPath: plain paths are walked here, everything else by the library, and both agree."""

import subprocess
import sys

import pytest
from hypothesis import assume, example, given, settings, strategies as st
from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext import parse

from adaptor import JobError, data_value, each, fn, source, source_value
from adaptor.core.values.jsonpath import _plain_steps, find, missing_part
from tests.thorough import examples

KEYS = ["a", "b", "first_name", "first name", "a-b", "ключ", "_id", "x1", "it's", "*", "a.b", "$", ""]
scalars = st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.text("ab0", max_size=3))
documents = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)),
    max_leaves=25,
)


def quoted(key):
    return f'["{key}"]' if "'" in key else f"['{key}']"


steps = st.one_of(
    st.sampled_from(["a", "b", "first_name", "a-b", "ключ", "_id", "x1", "first name"]).map(lambda key: f".{key}"),
    st.sampled_from([key for key in KEYS if key]).map(quoted),
    st.integers(0, 3).map(lambda index: f"[{index}]"),
    st.just("[*]"),
)
paths = st.lists(steps, max_size=5).map(lambda parts: "$" + "".join(parts))


@pytest.mark.long
@settings(max_examples=examples(400))
@given(documents, paths)
@example({"a": [{"b": 1}, {"b": 2}]}, "$.a[*].b")
@example({"a": {"b": 1, "a": 2}}, "$.a[*]")
@example({"a": "text"}, "$.a[0]")
@example({"a": {"*": 1, "b": 2}}, "$.a['*']")
def test_plain_paths_find_what_the_library_finds(document, path):
    assert _plain_steps(path) is not None
    try:
        expected = [match.value for match in parse(path).find(document)]
    except JSONPathError:
        # Spaces in a key without quotes: only we read these.
        assume(False)
    assert find(path, document) == expected


DATA = {"data": {"rows": [{"id": 1, "ok": True}, {"id": 2, "ok": False}, {"id": 3}], "first name": "Ana", "a-b": 5}}
TABLE = [
    ("$", [DATA]),
    ("$.data.rows[*].id", [1, 2, 3]),
    ("data.rows[0].id", [1]),
    (" $.data.a-b ", [5]),
    ("$.data.first name", ["Ana"]),
    ("$.data['first name']", ["Ana"]),
    ('$["data"]["first name"]', ["Ana"]),
    ("$.data.rows[9]", []),
    ("$.data.rows.id", []),
    ("$.nothing.there", []),
    ("$..id", [1, 2, 3]),
    ("$.data.rows[-1:].id", [3]),
    ("$.data.rows[0:2].id", [1, 2]),
    ("$.data.rows[?(@.id > 1)].id", [2, 3]),
    ("$.data.rows[?(@.ok)].id", [1]),
    ("$.data.rows[?(@.ok == false)].id", [2]),
    ("$.data.rows[?(@.ok)]", [{"id": 1, "ok": True}]),
    # As in JavaScript, whose jobs are moved here.
    ("$.data.rows[?(@.id === 2)].id", [2]),
    ("$.data.rows[?(@.id !== 2 && @.id)].id", [1, 3]),
    ("$.data.rows[?(@.id === 'a===b')]", []),
    ("$.data.rows.1.id", [2]),
    ("$.data.rows['1'].id", [2]),
    ("$.data.rows.length", [3]),
    ("$.data.length", []),
]


@pytest.mark.parametrize(("path", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_a_path_finds_its_matches_in_order(path, expected):
    assert find(path, DATA) == expected


def test_an_index_of_thousands_of_digits_finds_nothing_or_cannot_be_read():
    assert find(f"$.data.rows.{'9' * 5_000}", DATA) == []
    with pytest.raises(JobError, match="cannot be read"):
        find(f"$.data.rows[{'9' * 5_000}]", DATA)


BAD = ["$.data.rows[", "$.", "$.rows[?(@.id >)]", "$.a..", "", "$.a[b", "$.data.rows]"]


@pytest.mark.parametrize("path", BAD)
@pytest.mark.parametrize(
    "use",
    [source, source_value, data_value, lambda path: each(path, fn(lambda s: s))],
    ids=["source", "source_value", "data_value", "each"],
)
def test_a_path_that_cannot_be_read_is_an_error_on_the_line_where_it_is_written(use, path):
    with pytest.raises(JobError) as caught:
        use(path)
    assert caught.value.code == "JSONPATH"
    assert "cannot be read" in str(caught.value)
    assert "brackets and quotes" in caught.value.fix


def test_the_pointer_stands_under_the_character_that_is_wrong():
    with pytest.raises(JobError) as caught:
        find("$.data.rows]x", {})
    _message, shown, pointer = str(caught.value).split("\n")
    assert shown[pointer.index("^")] == "]"


def test_plain_paths_do_not_load_the_library():
    program = (
        "import sys; from adaptor import data_value; "
        "assert data_value('rows[0].id')({'data': {'rows': [{'id': 1}]}}) == 1; "
        "sys.exit(any(name.startswith('jsonpath_ng') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("$.a[?(@.n > )]", "it goes wrong at character 13, ')'.\n    $.a[?(@.n > )]\n                ^"),
        ("x!y", "it goes wrong at character 2, '!'.\n    x!y\n     ^"),
        ("rows[*", "it ends too early.\n    rows[*\n          ^"),
        ("$.'a", "it ends too early.\n    $.'a\n        ^"),
    ],
)
def test_an_error_points_at_the_character(path, message):
    with pytest.raises(JobError) as caught:
        find(path, {})
    assert str(caught.value) == f"The JSONPath {path!r} cannot be read: {message}"


@pytest.mark.parametrize(
    ("path", "root", "words"),
    [
        ("$.data.rows[*]", {"data": {"row": [1]}}, "`$.data` has the keys row"),
        ("$.data.rows[*]", {"data": {"rows": []}}, None),
        ("$.data.rows[*]", {"data": {"rows": None}}, None),
        ("$.data.rows[*]", {"data": {"rows": {}}}, None),
        ("$.data.rows.x", {"data": {"rows": {}}}, "`$.data.rows` has no keys at all"),
        ("$.data[*].name", {"data": [{"Name": 1}, {"id": 2}]}, "the first of 2 `$.data[*]` has the keys Name"),
        ("$.data[*].name", {"data": [{"Name": 1}]}, "`$.data[*]` has the keys Name"),
        ("$.data[*].name", {"data": [None, 5]}, "the first of 2 `$.data[*]` is an int"),
        ("$.data.name", {"data": [1]}, "`$.data` is a list of 1 item"),
        ("$.data.name", {"data": [1, 2]}, "`$.data` is a list of 2 items"),
        ("$.data.name", {"data": [{"a": 1}]}, "`$.data` is a list of 1 item, the first of which has the keys a"),
        ("$.data['first name'].x", {"data": {"first name": "y"}}, "`$.data['first name']` is a str"),
        ("$.data[?(@.ok)]", {"data": {"a": 1}}, "`$.data` has the keys a"),
        ("$.other", {"data": 1, "configuration": {}}, "`$` has the keys data"),
        (
            "$.data.x",
            {"data": {f"k{n}": n for n in range(22)}},
            "`$.data` has the keys " + ", ".join(f"k{n}" for n in range(20)) + " and 2 more",
        ),
        (
            "$.data.x",
            {"data": {f"k{n}": n for n in range(21)}},
            "`$.data` has the keys " + ", ".join(f"k{n}" for n in range(20)) + " and 1 more",
        ),
        ("data.x", {"data": {"y": 1}}, "`$.data` has the keys y"),
    ],
)
def test_where_a_path_ends_is_said_with_what_is_there(path, root, words):
    assert missing_part(path, root) == words


def test_a_filter_means_where_it_is_true_on_both_sides_of_a_path():
    rows = {"rows": [{"ok": False, "n": [{"ok": True, "v": 1}]}, {"ok": True, "n": [{"ok": False}, {"ok": 1, "v": 2}]}]}
    assert find("$.rows[?(@.ok)].n[?(@.ok)].v", rows) == [2]


def test_a_path_that_cannot_be_followed_says_why():
    with pytest.raises(JobError) as raised:
        find("$.a.`sorted`", {"a": [1, "x"]})
    assert raised.value.description == (
        "The JSONPath '$.a.`sorted`' cannot be followed here: '<' not supported between instances of 'str' and 'int'."
    )
    assert raised.value.fix == "Look at what the state holds there: `adaptor run … -O` shows it."
    assert raised.value.code == "JSONPATH"
