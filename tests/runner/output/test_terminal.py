"""Colour where it is wanted, and text that cannot control a terminal."""

import io

import pytest

from adaptor.core.text.harmless import harmless
from adaptor.runner.output.terminal import Paint, wants_colour


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("environment", "stream", "expected"),
    [
        ({}, Terminal(), True),
        ({}, io.StringIO(), False),
        ({"TERM": "dumb"}, Terminal(), False),
        ({"NO_COLOR": "1"}, Terminal(), False),
        ({"NO_COLOR": ""}, Terminal(), True),
        ({"FORCE_COLOR": "1"}, io.StringIO(), True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, Terminal(), False),
    ],
)
def test_colour_is_written_to_terminals_unless_the_environment_says_otherwise(
    monkeypatch, environment, stream, expected
):
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_colour(stream) is expected


def test_text_is_styled_only_with_colour():
    assert Paint(True)("red", "x") == "\x1b[31mx\x1b[0m"
    assert Paint(True)("red", "") == ""
    assert Paint(False)("red", "x") == "x"


def test_control_characters_are_shown_as_escapes_and_names_of_all_scripts_stay():
    assert harmless("a\x1b[2J\u202eb") == "a\\u001b[2J\\u202eb"
    assert harmless("नेहा 👩\u200d⚕️\n\t") == "नेहा 👩\u200d⚕️\n\t"
