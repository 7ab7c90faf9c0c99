"""The vocabulary as facts: every public name, with a shape that tools can rely on."""

import json
import re

import pytest

import adaptor
from adaptor.runner.docs.reference import entries, facts, find, search, similar

EVERY = entries()
NAMES = {entry.name: entry for entry in EVERY}

OPERATION_KEYS = [
    "name", "kind", "group", "summary", "description", "signature", "parameters", "returns", "raises", "example",
    "source",
]  # fmt: skip
PARAMETER_KEYS = ["name", "kind", "required", "default", "type", "lazy", "description"]
ERROR_KEYS = ["name", "base", "summary", "description", "about", "attributes", "codes"]


def test_every_public_name_is_there():
    expected = {
        *adaptor.__all__,
        *(f"{space}.{name}" for space in ("http", "collections") for name in getattr(adaptor, space).__all__),
    } - {"__version__"}
    assert {entry.name for entry in EVERY if entry.kind != "method"} == expected


def test_the_json_has_the_shape_that_is_documented():
    told = json.loads(json.dumps(facts(EVERY)))
    assert (told["version"], told["adaptor"]) == (1, adaptor.__version__)
    for operation in told["operations"]:
        assert list(operation) == OPERATION_KEYS
        for parameter in operation["parameters"]:
            assert list(parameter) == PARAMETER_KEYS
            assert parameter["description"]
    assert all(list(error) == ERROR_KEYS for error in told["errors"])
    assert {operation["kind"] for operation in told["operations"]} == {"operation", "builder", "value", "method"}


def test_an_operation_is_told_with_its_arguments():
    (send_text,) = facts([NAMES["send_text"]])["operations"]
    assert send_text["signature"].startswith("send_text(recipient, text, *, quick_replies=None,")
    parameters = {parameter["name"]: parameter for parameter in send_text["parameters"]}
    assert parameters["text"] == {
        "name": "text",
        "kind": "positional",
        "required": True,
        "default": None,
        "type": "str",
        "lazy": True,
        "description": "Up to 2,000 characters; any length with `split`.",
    }
    assert parameters["messaging_type"]["default"] == "RESPONSE"
    assert parameters["messaging_type"]["kind"] == "keyword"
    assert send_text["raises"][1] == {"name": "WindowClosed", "description": "The 24 hours are over. Nothing was sent."}
    assert send_text["source"] == ["https://developers.facebook.com/docs/messenger-platform/reference/send-api"]


@pytest.mark.parametrize(
    ("name", "parameter", "kind", "lazy"),
    [
        ("fn", "function", "Callable[[dict], dict]", False),
        ("fn_if", "else_", "Operation | None", False),
        ("fn_if", "condition", "condition", True),
        ("each", "source", "list | dict | JSONPath", True),
        ("quick_reply", "payload", "str | int | None", True),
        ("http.get", "auth", "tuple[Any, Any] | dict[str, Any] | None", True),
        ("data_value", "path", "str", False),
        ("compose_next_state", "response", "Any", False),
    ],
)
def test_types_are_told_in_words_and_whether_a_reference_will_do(name, parameter, kind, lazy):
    found = next(each for each in NAMES[name].parameters if each.name == parameter)
    assert (found.type, found.lazy) == (kind, lazy)


def test_what_a_description_points_to_is_put_in_its_place():
    described = [parameter.description for entry in EVERY for parameter in entry.parameters]
    kept = [text for text in described if text.startswith("As for") and "`http.get` and `http.post`" not in text]
    assert not [text for text in kept if re.match(r"As for `\w+`[.;]", text)]
    tag = next(each for each in NAMES["send_image"].parameters if each.name == "tag")
    assert tag.description.startswith("With `MESSAGE_TAG`: `HUMAN_AGENT`")


def test_an_error_is_told_with_metas_codes():
    (error,) = facts([NAMES["WindowClosed"]])["errors"]
    assert error["base"] == "GraphError"
    assert error["about"] == "person"
    assert {"code": 10, "subcode": 2018278, "sent": "no"}.items() <= error["codes"][0].items()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("send_text", "send_text"),
        ("sendText", "send_text"),
        ("send_text()", "send_text"),
        ("windowclosed", "WindowClosed"),
        ("as", "as_"),
        ("http.get", "http.get"),
        ("get", "http.get"),
        ("then", "Operation.then"),
        ("source", "source"),
    ],
)
def test_a_name_is_found_however_its_words_are_joined(typed, meant):
    assert find(typed, EVERY).name == meant


def test_a_name_that_nothing_has_is_not_found_but_the_likeliest_are_told():
    assert find("sned_text", EVERY) is None
    assert similar("sned_text", EVERY)[0] == "send_text"
    assert similar("postMesage", EVERY)[0] == "post_message"


def test_a_search_finds_the_entries_that_speak_of_all_words_names_first():
    found = [entry.name for entry in search(["quick", "REPLIES"], EVERY)]
    assert {"send_text", "quick_reply"} <= set(found)
    assert search(["csv"], EVERY)[0].name == "parse_csv"
    assert [entry.name for entry in search(["2018278"], EVERY)] == ["WindowClosed"]
    assert search(["no such word anywhere"], EVERY) == []
