"""YAML is read as YAML 1.2 has it, and what would lose something stays text."""

import json

import pytest

from adaptor.core.errors import InputError
from adaptor.runner.input.document import read_document
from adaptor.runner.input.source import Source
from adaptor.runner.input.yaml import parse


def read(text):
    return parse(Source("w.yaml", text, "workflow"))


VALUES = {
    "12:30": "12:30",
    "190:20:30": "190:20:30",
    "2026-11-27": "2026-11-27",
    "2026-11-27 12:30:00Z": "2026-11-27 12:30:00Z",
    "yes": "yes", "No": "No", "on": "on", "OFF": "OFF", "y": "y", "n": "n",
    "true": True, "False": False, "TRUE": True, "tRUE": "tRUE",
    "null": None, "~": None, "": None, "Null": None, "nil": "nil",
    "007": "007", "00.5": "00.5", "+254712345678": "+254712345678", "1_000": "1_000", "0b11": "0b11",
    "0": 0, "-3": -3, "12": 12, "6543210987654321": 6543210987654321, "0o17": 15, "0x1F": 31,
    "1.50": 1.5, ".5": 0.5, "5.": 5.0, "1e3": 1000.0, "-1.5E-3": -0.0015, "1,000": "1,000", "1.2.3": "1.2.3",
    '"12"': "12", "'true'": "true", "!!str 12": "12", "!!int '12'": 12, "=": "=", "<<": "<<",
    "12 monkeys": "12 monkeys",
}  # fmt: skip


@pytest.mark.parametrize("text", VALUES)
def test_a_value_is_what_it_is_in_yaml_1_2(text):
    found = read(f"t: {text}\n")["t"]
    assert (type(found), found) == (type(VALUES[text]), VALUES[text])
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (".inf", "`.inf` is no number that JSON has"),
        ("-.INF", "`-.INF` is no number"),
        (".NaN", "`.NaN` is no number"),
        ("1e400", "This is the number 1e400, which is too large"),
        ("9" * 5000, "This is a number of 5,000 digits"),
        ("0x" + "F" * 4000, "This is a number of 4,000 digits"),
    ],
)
def test_a_number_that_json_does_not_have_is_refused_with_its_place(text, words):
    with pytest.raises(InputError, match="number") as caught:
        read(f"a: 1\nb: {text}\n")
    assert words in str(caught.value)
    assert (caught.value.line, caught.value.column) == (2, 4)


def test_keys_are_the_text_that_they_are_and_parts_are_merged():
    text = "base: &base {on: 1, 12: x}\nmore: {<<: *base, yes: 2}\n"
    assert read(text)["more"] == {"on": 1, "12": "x", "yes": 2}


def test_lines_may_end_as_on_windows_and_a_mark_may_stand_in_front(tmp_path):
    (tmp_path / "w.yaml").write_bytes(b"\xef\xbb\xbfa: 12:30\r\nb:\r\n  - 'x'\r\n")
    assert read_document(str(tmp_path / "w.yaml"), "workflow").value == {"a": "12:30", "b": ["x"]}


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("run: fn(lambda s: s)\n", "there is a colon where none can be", "put quotes around it"),
        ("run: Hello: you\n", "there is a colon where none can be", "under `key: |`"),
        ("run: @x\n", "a value cannot begin with this character", "quotes around the value"),
        ("run: `x`\n", "a value cannot begin with this character", "quotes around the value"),
        ("run: *x\n", "`*` begins the name of an alias", "quotes around the value"),
        ("run: 'x\n", "a quote is opened and never closed", "Close it"),
        ("run: [1,\nb: 2\n", "a bracket is opened and not closed", "Close it"),
        ("steps:\n  - id: a\n   next: b\n", "the indentation does not fit", "same column"),
        ("run: |\nfn(x)\nb: 2\n", "a line is no `key: value`", "indented"),
    ],
)
def test_a_fault_of_syntax_says_in_plain_words_what_to_write(text, what, fix):
    with pytest.raises(InputError) as caught:
        read(text)
    assert what in str(caught.value)
    assert fix in caught.value.fix
