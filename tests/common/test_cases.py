"""The cases of OpenFn's common vocabulary that were verified outside this project, replayed."""

import base64
import copy
import json
from datetime import datetime
from pathlib import Path

import pytest

import adaptor
from adaptor import AdaptorError, JobError, Operation, WrongCall
from adaptor.core.context import Run

CASES_FILE = Path(__file__).parents[2].parent / "shared" / "cases" / "common.json"
if not CASES_FILE.is_file():
    pytest.skip("the verified cases do not lie beside this checkout", allow_module_level=True)
CASES = {case["id"]: case for case in json.loads(CASES_FILE.read_text(encoding="utf-8"))}

#: Helpers that their adaptors import from each other. A job never calls them, so they are no part of our vocabulary.
LOOPS_OWN = "what a loop goes through is the loop's own affair: the cases of `each` and `merge` say the same"
NOT_PUBLIC = {
    "asData#1": LOOPS_OWN,
    "asData#2": LOOPS_OWN,
    "asData#3": LOOPS_OWN,
    "asData#4": LOOPS_OWN,
    "util.decode#6": "Python has base64.b64decode and json.loads",
    "util.decode#7": "Python has base64.b64decode; a text stays a text until somebody says json.loads",
    "util.encode#6": "Python has base64.b64encode, of text that str or json.dumps made",
    "util.encode#8": "Python has base64.b64encode, of text that str or json.dumps made",
    "util.makeBasicAuthHeader#1": "a request takes a user and a password; nobody writes the header",
    "util.throwError#2": "Python has `raise`; what a job raises becomes a JobError with its code and line",
}

#: Where we decided otherwise, or say it in our own words: why, and the error that it is.
RETURN_STATE = "an operation that returns None is an error that says to return the state"
DECIDED = {
    "execute#5": (RETURN_STATE, JobError, "return state"),
    "fn#2": (RETURN_STATE, JobError, "return state"),
    "each#22": (RETURN_STATE, JobError, "return state"),
    "combine#5": (RETURN_STATE, JobError, "return state"),
    "each#15": ("a source that can be none is refused where it is written", WrongCall, "`source` of each()"),
    "dataPath#7": ("a path that is not text is refused where it is written", WrongCall, "must be text"),
    "assert#6": ("Python has None where JavaScript has undefined", JobError, "statement failed with None"),
    "parseCsv#20": ("a ragged row is told with its line, in our words", JobError, "line 2: 2 values, but there are 3"),
}


def our_name(theirs: str) -> str:
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in theirs)
    return {"util.expand_references": "expand_references", "map": "map_", "as": "as_", "assert": "assert_"}.get(
        snake, snake
    )


def is_here(name: str) -> bool:
    return name in adaptor.__all__


def function(theirs: str):
    return getattr(adaptor, our_name(theirs))


def read(state, path):
    for step in path.split("."):
        if step == "length":
            return len(state)
        if not isinstance(state, dict) or step not in state:
            return None
        state = state[step]
    return state


def with_state_values(value, state):
    if isinstance(value, dict):
        if set(value) == {"$get"}:
            return read(state, value["$get"])
        return {key: with_state_values(item, state) for key, item in value.items()}
    return [with_state_values(item, state) for item in value] if isinstance(value, list) else value


def callback(spec):
    kind = spec["$cb"]
    if kind == "async":
        return callback(spec["cb"])

    def appended(state):
        return {**state, spec["to"]: [*state.get(spec["to"], []), read(state, spec.get("from", spec.get("path")))]}

    def throw_if(state):
        if read(state, spec["path"]) == spec["equals"]:
            raise RuntimeError(spec["message"])
        return appended(state)

    def throw(state):
        raise RuntimeError(spec["message"])

    def mutate(state):
        state[spec["key"]] = spec["value"]
        return state

    def item_throw_if(item, index, state):
        if item == spec["equals"]:
            raise RuntimeError(spec["message"])
        return item

    return {
        "item": lambda item, index, state: item,
        "item_times": lambda item, index, state: item * spec["n"],
        "item_index": lambda item, index, state: index,
        "item_none": lambda item, index, state: None,
        "item_throw_if": item_throw_if,
        "identity": lambda state: state,
        "none": lambda state: None,
        "set": lambda state: {**state, **with_state_values(spec["values"], state)},
        "replace": lambda state: with_state_values(spec["values"], state),
        "append": appended,
        "throw": throw,
        "throw_if": throw_if,
        "mutate": mutate,
    }[kind]


def decoded(value):
    if isinstance(value, list):
        return [decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$undefined" in value:
        return None
    if "$path" in value:
        return lambda state: read(state, value["$path"])
    if "$const" in value:
        return lambda state: value["$const"]
    if "$bytes" in value:
        return base64.b64decode(value["$bytes"])
    if "$cb" in value:
        return callback(value)
    if "$op" in value:
        return function(value["$op"])(*decoded(value["args"]))
    # `$id` and `$schema` are keys of the JSON Schemas among the cases.
    unknown = [key for key in value if key.startswith("$") and key not in ("$id", "$schema")]
    assert not unknown, f"the decoder does not know {unknown}"
    return {key: decoded(item) for key, item in value.items()}


def without_none(value):
    """None and absent are alike."""
    if isinstance(value, dict):
        return {key: without_none(item) for key, item in value.items() if item is not None}
    return [without_none(item) for item in value] if isinstance(value, list) else value


#: What is called otherwise in Python: keys of the state, and options that are keyword arguments here.
OUR_KEYS = {"validationErrors": "validation_errors", "validationErrors.length": "validation_errors.length"}
OUR_OPTIONS = {"defaultValue": "default"}


def renamed(value):
    return {OUR_KEYS.get(key, key): item for key, item in value.items()} if isinstance(value, dict) else value


def build(case):
    args = decoded(case["args"])
    if our_name(case["op"]) == "cursor" and len(args) == 2:
        return function(case["op"])(args[0], **{OUR_OPTIONS.get(key, key): item for key, item in args[1].items()})
    return function(case["op"])(*args)


def started(case):
    return datetime.fromisoformat(case["clock"]).timestamp() if "clock" in case else None


def replay(case):
    built = build(case)
    if case["kind"] == "call":
        return built
    state = renamed(decoded(case["state"]))
    before = copy.deepcopy(state)
    try:
        with Run(started=started(case)):
            return built(state)
    finally:
        assert state == before, "the input was changed"


def test_every_case_is_replayed_or_listed():
    assert {name for name, case in CASES.items() if not is_here(our_name(case["op"]))} == set(NOT_PUBLIC)


def test_every_case_decided_otherwise_is_one_of_the_cases():
    assert set(DECIDED) <= set(CASES)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if is_here(our_name(case["op"]))])
def test_the_verified_case_behaves_the_same_or_as_decided(name):
    case = CASES[name]
    if name in ("parseCsv#10", "parseCsv#11"):
        # Without rows `data` is an empty list: what was there before is not taken for the rows.
        assert replay(case)["data"] == []
    elif name in DECIDED:
        _why, kind, words = DECIDED[name]
        with pytest.raises(kind) as caught:
            replay(case)
        assert words in caught.value.report()
    elif "expect_error" in case:
        with pytest.raises(AdaptorError) as caught:
            replay(case)
        assert str(caught.value) == case["expect_error"]["message"]
    else:
        result = replay(case)
        assert not isinstance(result, Operation)
        expected = renamed(decoded(case["expect"]))
        if "project" in case:
            result = {ours: read(result, ours) for ours in (OUR_KEYS.get(path, path) for path in case["project"])}
        assert without_none(result) == without_none(expected)
