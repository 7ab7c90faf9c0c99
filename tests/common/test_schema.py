"""Validation: whether data is what a JSON Schema says, and where it is not."""

import copy
import json
import pickle
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from adaptor import AdaptorError, JobError, WrongCall, data_value, each, execute, fn, state, validate

ROOT = Path(__file__).parents[2]
PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name"],
}


def errors(schema, data):
    """Return the errors of one check, or [] where the data is valid."""
    found = validate(schema)({"data": data})["validation_errors"]
    assert len(found) <= 1
    return found[0]["errors"] if found else []


def messages(schema, data):
    return [error["message"] for error in errors(schema, data)]


def test_valid_data_leaves_an_empty_list():
    given = {"schema": PERSON, "data": {"name": "Ana", "age": 40}}
    assert validate()(given) == {**given, "validation_errors": []}


def test_invalid_data_is_kept_with_its_errors_and_the_job_goes_on():
    data = {"name": "Ana", "age": "forty"}
    assert validate()({"schema": PERSON, "data": data})["validation_errors"] == [
        {
            "data": data,
            "errors": [
                {
                    "path": "/age",
                    "schema_path": "#/properties/age/type",
                    "keyword": "type",
                    "params": {"type": "integer"},
                    "message": "/age must be integer",
                }
            ],
        }
    ]


def test_the_list_grows_and_the_state_before_stays_as_it_was():
    before = {"schema": PERSON, "data": {}, "validation_errors": ["earlier"]}
    given = copy.deepcopy(before)
    after = validate()(given)
    assert [type(entry) for entry in after["validation_errors"]] == [str, dict]
    assert given == before


def test_valid_data_adds_nothing_to_what_was_wrong_before():
    given = {"schema": PERSON, "data": {"name": "Ana"}, "validation_errors": ["earlier"]}
    assert validate()(given)["validation_errors"] == ["earlier"]


def test_each_row_is_checked_on_its_own():
    rows = [{"name": "Ana"}, {"name": 5}, {}, {"name": "Ben"}]
    found = each(rows, validate(PERSON))({})["validation_errors"]
    assert [entry["data"] for entry in found] == [{"name": 5}, {}]


MESSAGES = [
    ({"type": "integer"}, "x", "the data must be integer"),
    ({"type": ["string", "null"]}, 5, "the data must be string or null"),
    ({"enum": ["a", 5, None]}, "x", "the data must be one of a or 5 or null"),
    ({"const": {"a": 1}}, "x", 'the data must be {"a": 1}'),
    ({"minimum": 3}, 2, "the data must be at least 3"),
    ({"maximum": 3}, 4, "the data must be at most 3"),
    ({"exclusiveMinimum": 3}, 3, "the data must be more than 3"),
    ({"exclusiveMaximum": 3}, 3, "the data must be less than 3"),
    ({"multipleOf": 3}, 4, "the data must be a multiple of 3"),
    ({"minLength": 3}, "ab", "the data must have at least 3 characters"),
    ({"maxLength": 3}, "abcd", "the data must have at most 3 characters"),
    ({"pattern": "^[0-9]+$"}, "x", "the data must match the pattern ^[0-9]+$"),
    ({"minItems": 1}, [], "the data must have at least 1 items"),
    ({"maxItems": 1}, [1, 2], "the data must have at most 1 items"),
    ({"uniqueItems": True}, [1, 1], "the data must not have the same item twice"),
    ({"minProperties": 1}, {}, "the data must have at least 1 properties"),
    ({"maxProperties": 0}, {"a": 1}, "the data must have at most 0 properties"),
    ({"required": ["it's"]}, {}, 'the data must have the property "it\'s"'),
    ({"not": {"type": "string"}}, "x", "the data must not fit the schema under `not`"),
    (False, 1, "the data holds something that the schema does not allow at all"),
    (
        {"additionalProperties": False},
        {"a": 1},
        "the data cannot be so: Additional properties are not allowed ('a' was unexpected)",
    ),
    ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "the data cannot be so: 'b' is a dependency of 'a'"),
    ({"prefixItems": [{}], "items": False}, [1, 2], "the data does not fit `items`"),
    ({"items": {"properties": {"a/b": {"type": "string"}}}}, [{}, {"a/b": 1}], "/1/a~1b must be string"),
    ({"contains": {"type": "string"}}, [1], "the data must contain items of the kind that `contains` asks for"),
    ({"if": {"type": "string"}, "then": {"minLength": 2}}, "x", "the data must have at least 2 characters"),
]


@pytest.mark.parametrize(("schema", "data", "message"), MESSAGES, ids=[row[2] for row in MESSAGES])
def test_each_error_says_where_and_what(schema, data, message):
    (error,) = errors(schema, data)
    assert error["message"].startswith(message)
    assert set(error) >= {"path", "schema_path", "keyword", "params", "message"}
    json.dumps(error)


def test_all_errors_are_told():
    data = {"age": -1, "extra": 1}
    schema = {**PERSON, "required": ["name", "phone"], "additionalProperties": False}
    assert sorted(error["keyword"] for error in errors(schema, data)) == [
        "additionalProperties",
        "minimum",
        "required",
        "required",
    ]
    missing = [error["params"]["required"] for error in errors(schema, data) if error["keyword"] == "required"]
    assert missing == ["name", "phone"]


def test_alternatives_tell_why_each_of_them_does_not_fit():
    (error,) = errors({"properties": {"a": {"anyOf": [{"type": "string"}, {"minimum": 3}]}}}, {"a": 1})
    assert error["message"] == "/a must fit at least one of the schemas"
    assert [cause["message"] for cause in error["causes"]] == ["/a must be string", "/a must be at least 3"]
    assert [cause["schema_path"] for cause in error["causes"]] == [
        "#/properties/a/anyOf/0/type",
        "#/properties/a/anyOf/1/minimum",
    ]


def test_a_value_that_is_wrong_is_not_repeated_in_the_words():
    data = {"name": ["Ana Secret"], "age": "SECRET", "other": {"SECRET": ["SECRET"]}}
    schema = {
        **PERSON,
        "properties": {**PERSON["properties"], "other": {"anyOf": [{"type": "string"}, {"maxProperties": 0}]}},
    }
    assert "secret" not in json.dumps(errors(schema, data)).lower()


def test_format_is_a_remark():
    assert errors({"type": "string", "format": "date"}, "not a date") == []


# --- drafts ---

TUPLE_OF_OLD = {"items": [{"type": "string"}], "additionalItems": False}
TUPLE_OF_NOW = {"prefixItems": [{"type": "string"}], "items": False}
DRAFTS = [
    ("http://json-schema.org/draft-07/schema#", TUPLE_OF_OLD, 1),
    ("http://json-schema.org/draft-07/schema", TUPLE_OF_OLD, 1),
    ("https://json-schema.org/draft-07/schema#", TUPLE_OF_OLD, 1),
    ("http://json-schema.org/draft-07/schema#", {"dependentRequired": {"a": ["b"]}, "prefixItems": [False]}, 0),
    ("https://json-schema.org/draft/2019-09/schema", TUPLE_OF_OLD, 1),
    ("https://json-schema.org/draft/2019-09/schema", {"prefixItems": [False]}, 0),
    ("https://json-schema.org/draft/2020-12/schema", TUPLE_OF_NOW, 1),
    ("https://json-schema.org/draft/2020-12/schema", {"$id": "https://example.org/visit", **TUPLE_OF_NOW}, 1),
    ("https://json-schema.org/draft/2019-09/schema", {"$id": "https://example.org/visit", **TUPLE_OF_OLD}, 1),
    (None, TUPLE_OF_NOW, 1),
]


@pytest.mark.parametrize(("name", "schema", "count"), DRAFTS)
def test_the_schema_is_read_as_the_draft_that_it_names(name, schema, count):
    named = schema if name is None else {"$schema": name, **schema}
    assert len(errors(named, ["a", "b"])) == count
    assert len(errors(named, ["a"])) == 0


def test_keywords_of_newer_drafts_are_not_passed_over():
    assert (
        len(errors({"$schema": "https://json-schema.org/draft/2019-09/schema", "minContains": 2, "contains": {}}, [1]))
        == 1
    )
    assert len(errors({"unevaluatedProperties": False, "allOf": [{"properties": {"a": {}}}]}, {"a": 1, "b": 1})) == 1
    tree = {
        "$id": "https://example.com/tree",
        "$dynamicAnchor": "node",
        "properties": {"children": {"items": {"$dynamicRef": "#node"}}},
        "required": ["name"],
    }
    assert [error["path"] for error in errors(tree, {"name": "a", "children": [{"name": "b"}, {}]})] == ["/children/1"]


@pytest.mark.parametrize("name", ["https://example.com/draft", "http://json-schema.org/draft-04/schema#", "", 5])
def test_an_unknown_draft_is_an_error_that_names_the_known_ones(name):
    with pytest.raises(JobError) as caught:
        errors({"$schema": name}, 1)
    assert str(caught.value) == f"The schema's $schema is {name!r}, which is not a draft that validate() knows."
    assert "draft-07" in caught.value.fix


# --- references ---


def test_references_into_the_schema_are_followed():
    schema = {"$defs": {"name": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/name"}}}
    assert messages(schema, {"a": 1}) == ["/a must be string"]
    by_id = {
        "$id": "https://example.com/root",
        "$defs": {"n": {"$id": "/name", "type": "string"}},
        "properties": {"a": {"$ref": "https://example.com/name"}},
    }
    assert messages(by_id, {"a": 1}) == ["/a must be string"]
    old = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "definitions": {"name": {"type": "string"}},
        "properties": {"a": {"$ref": "#/definitions/name"}},
    }
    assert messages(old, {"a": 1}) == ["/a must be string"]


@pytest.mark.parametrize(
    "reference", ["https://example.com/name.json", "name.json", "#/$defs/none", "file:///etc/passwd"]
)
def test_a_reference_to_elsewhere_is_an_error_and_never_fetched(reference, monkeypatch):
    def refused(*args, **kwargs):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr("urllib.request.urlopen", refused)
    with pytest.raises(JobError) as caught:
        errors({"$ref": reference}, 1)
    assert caught.value.code == "UNRESOLVABLE_REFERENCE"
    assert reference.removeprefix("#") in str(caught.value)
    assert "fetches nothing" in caught.value.fix


def test_two_schemas_with_the_same_id_do_not_get_in_each_others_way():
    first = {"$id": "https://example.com/a", "type": "string"}
    second = {"$id": "https://example.com/a", "type": "integer"}
    assert messages(first, 5) == ["the data must be string"]
    assert messages(second, 5) == []
    assert messages({"$ref": "#/$defs/x", "$defs": {"x": {"type": "string"}}}, 5) == ["the data must be string"]
    assert messages({"$ref": "#/$defs/x", "$defs": {"x": {"type": "integer"}}}, 5) == []


def test_a_schema_that_changes_between_two_runs_is_read_anew():
    schema = {"type": "string"}
    check = validate(schema)
    assert check({"data": 5})["validation_errors"]
    schema["type"] = "integer"
    assert check({"data": 5})["validation_errors"] == []


# --- where schema and data come from ---


def test_a_text_is_a_path_into_the_state():
    given = {"forms": {"person": PERSON}, "rows": [{"name": 5}], "data": None}
    (entry,) = validate("$.forms.person", "rows[0]")(given)["validation_errors"]
    assert entry["data"] == {"name": 5}


def test_schema_and_data_may_be_lazy_or_hold_lazy_parts():
    given = {"data": {"schema": PERSON, "row": {"name": 5}, "least": 18}}
    assert validate(state.data.schema, state.data.row)(given)["validation_errors"][0]["data"] == {"name": 5}
    assert validate(data_value("schema"), {"name": state.data.row.name})(given)["validation_errors"]
    assert validate({"minimum": state.data.least}, [17][0])(given)["validation_errors"][0]["errors"][0]["params"] == {
        "minimum": 18
    }
    assert (
        validate(lambda given: given["data"]["schema"], lambda given: {"name": "Ana"})(given)["validation_errors"] == []
    )


def test_a_text_from_the_state_is_data_and_never_a_path():
    given = {"data": {"word": "data", "schema": "secret"}, "secret": {}}
    assert validate({"type": "string"}, state.data.word)(given)["validation_errors"] == []
    with pytest.raises(JobError, match="is a str instead of an object"):
        validate(state.data.schema)(given)


def test_data_that_is_not_there_is_an_error_in_the_list():
    (entry,) = validate({}, "$.form")({})["validation_errors"]
    assert entry["data"] is None
    assert entry["errors"][0]["keyword"] == "missing"
    assert entry["errors"][0]["message"] == "`$.form` does not exist in the state"
    assert validate({}, "$.form")({"form": None})["validation_errors"] == []


def test_it_prints_as_it_was_written_and_travels():
    check = validate("schema", state.data.row)
    twin = pickle.loads(pickle.dumps(check))
    assert repr(check) == repr(twin) == "validate('schema', state.data.row)"
    assert check == twin != validate()
    assert repr(validate(data="$.x")) == "validate(data='$.x')"
    assert twin({"schema": {}, "data": {"row": 1}})["validation_errors"] == []


def test_a_condition_can_ask_whether_anything_was_wrong():
    story = execute(validate({"type": "string"}), fn(lambda given: {**given, "bad": len(given["validation_errors"])}))
    assert story({"data": 5})["bad"] == 1


@pytest.mark.long
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_data_whatever_fails_the_job_or_is_changed(data):
    before = copy.deepcopy(data)
    done = validate(PERSON)({"data": data})
    assert data == before
    json.dumps(done)
    assert bool(done["validation_errors"]) is not (
        isinstance(data, dict)
        and isinstance(data.get("name"), str)
        and (type(data.get("age", 0)) is int and data.get("age", 0) >= 0)
    )


# --- mistakes ---

NOT_VALID = [
    ({"type": "strin"}, "/type must be one of array or boolean or integer"),
    ({"properties": {"a": {"minimum": "3"}}}, "/properties/a/minimum must be number"),
    ({"properties": {"a": {"required": True}}}, "/properties/a/required must be array"),
    ({"pattern": "["}, "/pattern must be in the format regex"),
    ({"pattern": r"\p{L}"}, "/pattern must be in the format regex"),
    ({"items": [{}]}, "/items must be object or boolean"),
    ({"$ref": "#"}, "refers to itself without end"),
]


@pytest.mark.parametrize(("schema", "words"), NOT_VALID)
def test_a_schema_that_is_not_valid_itself_is_an_error_of_the_job(schema, words):
    with pytest.raises(JobError) as caught:
        errors(schema, {"a": 1})
    assert words in str(caught.value)
    assert caught.value.code == "INVALID_SCHEMA"
    assert caught.value.fix


def test_data_that_is_nested_without_measure_is_an_error_that_says_so():
    data = {}
    for _ in range(3000):
        data = {"a": data}
    with pytest.raises(JobError, match="nested too deeply"):
        errors({"properties": {"a": {"$ref": "#"}}}, data)


def test_an_old_schema_that_does_not_say_so_is_told_how_it_was_read():
    with pytest.raises(JobError) as caught:
        errors(TUPLE_OF_OLD, [])
    assert "names no $schema, so it is read as 2020-12" in caught.value.fix


@pytest.mark.parametrize(
    ("check", "given", "words"),
    [
        (validate(), {"data": 1}, "There is no schema: `schema` does not exist in the state."),
        (validate("$.a.b"), {"a": {}}, "There is no schema: `$.a.b` does not exist in the state."),
        (validate(), {"schema": None}, "The schema given to validate() is None instead of an object."),
        (validate(), {"schema": [{}]}, "The schema given to validate() is a list instead of an object."),
        (validate({}), {"validation_errors": 5}, "`validation_errors` in the state is an int instead of a list."),
    ],
)
def test_without_a_schema_or_a_place_for_the_errors_nothing_is_checked(check, given, words):
    with pytest.raises(JobError) as caught:
        check(given)
    assert str(caught.value) == words
    assert caught.value.fix


WRONG = [
    (lambda: validate(5), "`schema` of validate() must be an object or a path, not an int."),
    (lambda: validate(None), "`schema` of validate() must be an object or a path, not None."),
    (lambda: validate([{}]), "`schema` of validate() must be an object or a path, not a list."),
    (lambda: validate("https://example.com/schema.json"), "validate() fetches nothing from the network."),
    (lambda: validate("schema", "file:///x"), "validate() fetches nothing from the network."),
    (lambda: validate("schema", "data", 1), "validate() takes at most 2 positional arguments, but 3 were given."),
    (lambda: validate(shema={}), "validate() does not take `shema`. Did you mean `schema`?"),
]


@pytest.mark.parametrize(("call", "words"), WRONG, ids=[row[1] for row in WRONG])
def test_a_wrong_call_is_refused_where_it_is_written(call, words):
    with pytest.raises(WrongCall) as caught:
        call()
    assert str(caught.value) == words
    assert caught.value.fix


@pytest.mark.parametrize("call", [lambda: validate("a["), lambda: validate("a", "b["), lambda: validate(data="b[")])
def test_a_path_that_cannot_be_read_is_refused_where_it_is_written(call):
    with pytest.raises(AdaptorError, match="cannot be read"):
        call()


def test_building_it_does_not_load_the_library():
    script = "import sys\nfrom adaptor import validate\nvalidate()\nassert 'jsonschema' not in sys.modules\n"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
