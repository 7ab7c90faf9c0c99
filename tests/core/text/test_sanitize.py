"""How much of a state a log shows, in each mode."""

import json

import pytest

from adaptor import MissingReference, cursor, fn, log, state
from adaptor.core.run.context import Run
from adaptor.core.text.sanitize import Sanitizer

ANA = {"data": {"name": "Ana", "n": 1.5, "again": ["Ana", None]}, "configuration": {"access_token": "Zq-secret"}}


def lines(mode, operation, given=ANA):
    seen = []
    with Run(sink=lambda level, component, message, fields: seen.append(message)) as run:
        run.sanitize = Sanitizer(mode) if mode else None
        operation(given)
    return seen


WRITING = log("about", f"Hello {state.data.name}, {state.data.n:.2f}", state.data, lambda s: s["data"]["name"])


def test_without_a_mode_the_state_is_shown_as_it_is():
    assert lines(None, WRITING) == [
        'about Hello Ana, 1.50 {"name": "Ana", "n": 1.5, "again": ["Ana", null]} Ana',
    ]


def test_remove_shows_nothing_of_it_and_all_of_the_jobs_own_words():
    assert lines("remove", WRITING) == ["about Hello (removed), (removed) (removed) (removed)"]


def test_summarize_tells_of_what_kind_and_size_it_is():
    assert lines("summarize", WRITING) == [
        "about Hello (text of 3 characters), (number) (object with 3 keys: name, n, again) (text of 3 characters)"
    ]


def test_obfuscate_marks_what_is_alike_alike_within_a_run_and_otherwise_in_the_next():
    first, second = lines("obfuscate", WRITING), lines("obfuscate", WRITING)
    words = first[0].split(" ", 2)[2]
    name, rest = words.split(", ", 1)
    shown = json.loads(rest[rest.index("{") : rest.rindex("}") + 1])
    assert shown["name"] == shown["again"][0] == name
    assert shown["again"][1] is None
    assert rest.endswith(name)
    assert "Ana" not in first[0]
    assert first != second


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        ({}, "(empty object)"),
        ([1], "(list of 1 item)"),
        ("", "(text of 0 characters)"),
        (True, "(true or false)"),
        (object(), "(object)"),
    ],
)
def test_a_summary_of_any_value(value, words):
    assert Sanitizer("summarize")(value) == words


@pytest.mark.parametrize("mode", ["remove", "summarize", "obfuscate"])
def test_objects_that_a_function_hands_to_log_and_what_cursor_tells_are_state_too(mode):
    inside = fn(lambda s: log("inside", s["data"])(s))
    assert "Ana" not in lines(mode, inside)[0]
    assert "page-7" not in lines(mode, cursor("page-7"))[0]


@pytest.mark.parametrize("mode", [None, "remove", "summarize", "obfuscate"])
def test_what_is_missing_is_an_error_and_secrets_are_redacted_in_every_mode(mode):
    with pytest.raises(MissingReference):
        lines(mode, log(state.data.no_such))
    assert "Zq-secret" not in lines(mode, log("token Zq-secret", state.configuration))[0]


def test_what_differs_has_different_marks_also_half_characters():
    mark = Sanitizer("obfuscate")
    marks = [mark(value) for value in ("Ana", "Ben", 5, "5", "\ud83d")]
    assert len(set(marks)) == 5
    assert marks == [mark(value) for value in ("Ana", "Ben", 5, "5", "\ud83d")]


def test_the_keys_of_an_object_are_shown_as_they_are_written():
    assert Sanitizer("obfuscate")({"ä": 1}).startswith('{"ä": "#')
