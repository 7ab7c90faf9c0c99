"""What people write in scripts: conditions, JSONPaths, and every public operation with any arguments."""

import inspect
import json
from pathlib import Path

import pytest
from hypothesis import strategies as st

import adaptor
from adaptor.core.operation import Operation
from adaptor.core.run.context import Run
from adaptor.core.values.jsonpath import find
from adaptor.graph.operation import GraphOperation
from adaptor.runner.load.workflows.conditions import BadCondition, Condition, ConditionFailed

from .inputs import nested, scalars, texts
from .rounds import rounds, survives

#: The library of JSONPaths says so of a sign that it has two ways of writing.
pytestmark = pytest.mark.filterwarnings("ignore:.*operator is deprecated:DeprecationWarning")

STATE = {
    "data": {
        "x": 1,
        "rows": [{"id": "1", "n": None}, {"id": "2", "n": [1]}],
        "name": "Ana",
        "": "",
        "deep": {"a": {"b": []}},
    },
    "references": [{}],
    "configuration": {"access_token": "abcdefghijklmnopqrst"},
}
WORDS = [
    "state",
    ".data",
    ".x",
    "['x']",
    "[0]",
    "[-1]",
    " and ",
    " or ",
    "not ",
    "==",
    "!=",
    "<",
    ">=",
    " in ",
    " is ",
    "1",
    "None",
    "'a'",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    "lambda x: ",
    "yield ",
    "await ",
    "async for ",
    "for ",
    "x",
    " if ",
    " else ",
    "*",
    "**",
    ":=",
    "-",
    "~",
    "f'{",
    "}'",
    "exit(0)",
    "len(",
    ".get(",
    "&&",
    "||",
    "!",
    "===",
    "?.",
    ".length",
    ".includes(",
    "\n",
    ";",
    "=",
    "true",
    "upstream_step_id",
    "print",
    "...",
    "@",
    "%",
    "/",
    "0x",
    "1e999",
    "\\",
]
conditions = st.one_of(st.lists(st.sampled_from(WORDS), max_size=12).map("".join), texts)
LONG = [
    "-" * 6000 + "1",
    "not " * 3000 + "1",
    "(" * 250 + "1" + ")" * 250,
    "state" + ".a" * 4000,
    "1" + "<1" * 900,
    "1" + "+1" * 9000,
    "(1<" * 60 + "1" + "<2)" * 60,
    "[" * 90 + "]" * 90,
    "x" * 50_000,
    "&&" * 20_000,
    "state." * 3000,
    "!" * 5000,
]


def judged(text):
    condition = survives(lambda: Condition(text), BadCondition)
    if condition is not None:
        survives(lambda: condition.holds(STATE, "a", failed=False), ConditionFailed)


@pytest.mark.long
@rounds(conditions, examples=300)
def test_condition(text):
    # What takes long by itself is the writer's own.
    if "**" not in text and "print" not in text:
        judged(text)


@pytest.mark.long
def test_long_conditions():
    for text in LONG:
        judged(text)


STEPS = [
    "$",
    ".",
    "..",
    "*",
    "[*]",
    "[0]",
    "[-1]",
    "[1:]",
    "[::0]",
    "data",
    "rows",
    "x",
    "['",
    "']",
    '["',
    '"]',
    "[?(",
    ")]",
    "@",
    ".id",
    " == ",
    " =~ ",
    "'1'",
    '"["',
    "`parent`",
    "`this`",
    "`len`",
    "`sorted`",
    "`sub(/[/, x)`",
    "`split(a, 0, 0)`",
    "`str()`",
    "`keys`",
    "`bogus`",
    " where ",
    " wherenot ",
    "|",
    "&",
    ",",
    "(",
    ")",
    "\\",
    "[/",
    "]",
    "+",
    "1",
    " ",
    "{",
    "}",
    "[?(@.n > 0)]",
]
paths = st.one_of(st.lists(st.sampled_from(STEPS), max_size=8).map("".join), texts)
data = st.one_of(st.just(STATE), nested(scalars, st.sampled_from(["data", "rows", "x", "id", ""])))


@pytest.mark.long
@rounds(paths, data, examples=200)
def test_jsonpath(path, root):
    survives(lambda: find(path, root))
    survives(lambda: adaptor.data_value(path)(STATE))


#: They would go through a listing of Meta's, or ask another system.
NOT_PERFORMED = ("http.", "try_each", "each", "broadcast", "cursor")
#: They would read files, wait, or ask another system.
PASSED_OVER = {"http", "state", "operation"}
PUBLIC = {
    name: value
    for name in adaptor.__all__
    if callable(value := getattr(adaptor, name)) and not isinstance(value, type) and name not in PASSED_OVER
}
PUBLIC |= {f"http.{name}": getattr(adaptor.http, name) for name in adaptor.http.__all__}
PUBLIC |= {f"collections.{name}": getattr(adaptor.collections, name) for name in adaptor.collections.__all__}
arguments = st.one_of(
    nested(scalars, st.one_of(texts, st.integers(-2, 2)), most=6),
    st.sampled_from(
        [
            adaptor.state.data.x,
            adaptor.state.data.rows,
            adaptor.state.data.missing,
            adaptor.data_value("$.data.x"),
            Path("a\0b"),
            Path("none.png"),
            Path("."),
            lambda s: s,
            object(),
            b"\xff",
            (),
            {1},
            {1: 2},
            {(): 1},
            adaptor.fn(lambda s: s),
            adaptor.send_text("1", "a"),
            adaptor.send_text,
            ValueError("x"),
            ValueError,
            1j,
            range(3),
            [adaptor.state.data.x],
            {"a": adaptor.state.data.missing},
            {"id": "1"},
            {"id": {}},
            "1234567890",
            "https://example.org/a.png",
            [[]],
            [{}],
            [None],
            {"type": []},
            [("a", 1)],
            iter([1]),
        ]
    ),
)


@st.composite
def calls(draw):
    name = draw(st.sampled_from(sorted(PUBLIC)))
    parameters = inspect.signature(PUBLIC[name]).parameters.values()
    needed = [each for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    named = [each.name for each in parameters if each.kind == each.KEYWORD_ONLY]
    least = sum(each.default is each.empty for each in needed)
    given = draw(st.lists(arguments, min_size=least, max_size=len(needed)))
    options = draw(st.dictionaries(st.sampled_from(named), arguments, max_size=3)) if named else {}
    return name, given, options


@pytest.mark.long
@rounds(calls(), examples=400)
def test_operation(call):
    body(call)


def body(call):
    name, given, options = call
    with Run(sink=lambda *line: None, dry_run=True, alone=True):
        found = survives(lambda: PUBLIC[name](*given, **options), faults=False)
        if found is None:
            return
        survives(lambda: repr(found), faults=False)
        if isinstance(found, GraphOperation):
            request = survives(lambda: found.describe(STATE), faults=False)
            if request is not None:
                survives(lambda: json.dumps(request.described(), default=str), faults=False)
                survives(lambda: request.encoded().close(), faults=False)
        elif isinstance(found, Operation) and not name.startswith(NOT_PERFORMED):
            survives(lambda: found(STATE), faults=False)
