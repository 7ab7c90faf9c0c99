"""JSON that is none, or would lose something, is refused with its place."""

import json
import sys

import pytest
from hypothesis import given, strategies as st

from adaptor.core.text.json_text import NotJson, number_problem, read_answer, read_json

DEEP = "[" * 100_000
WRONG = {
    "empty": ("", "it is empty", (1, 1)),
    "spaces alone": (" \n", "it is empty", (1, 1)),
    "NaN": ('{"a": "NaN",\n "b": NaN}', "it holds NaN, which JSON does not have", (2, 7)),
    "minus infinity": ("[-Infinity]", "it holds -Infinity", (1, 2)),
    "too large a number": ('{"a": [1, 1e400]}', "it holds the number 1e400, which is too large", (1, 11)),
    "too small a number": ('{"a": -1.5E+999}', "the number -1.5E+999, which is too large", (1, 7)),
    "a number of many digits": (f'{{"a": {"9" * 5000}}}', "it holds a number of 5,000 digits", (1, 7)),
    "a negative one": (f'{{"b": "{"9" * 5000}", "a": -{"9" * 4301}}}', "a number of 4,301 digits", (1, 5016)),
    "a long decimal": (f"[{'9' * 400}.5e9]", "a number of 402 digits, which is too large", (1, 2)),
    "a key twice": ('{"a": 1, "b": {"a": 2, "c": 1,\n "c": 3}}', "the key `c` occurs twice in the same object", (2, 2)),
    "a key twice in another spelling": ('{"ä": 1, "\\u00e4": 2}', "the key `ä` occurs twice", (1, 10)),
    "the same key elsewhere": ('[{"id": 1}, {"id": 1, "id": 2}]', "the key `id` occurs twice", (1, 23)),
    "no end": ('{"a": 1', "it ends before a bracket is closed", (1, 8)),
    "two values": ("{} {}", "there is more after the end of the value", (1, 4)),
    "nested without end": (DEEP, "it is nested too deeply", (None, None)),
    "no text": (b"\xff\xff\x00{", "it is not UTF-8 text", (None, None)),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_told_in_words_with_its_place(wrong):
    text, words, place = WRONG[wrong]
    with pytest.raises(NotJson) as caught:
        read_json(text)
    assert words in caught.value.what
    assert (caught.value.line, caught.value.column) == place
    assert "sys." not in caught.value.what
    assert caught.value.fix


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("", "Write a value into it, such as {}."),
        ("[NaN]", "JSON has no NaN and no Infinity: write null, or leave it out."),
        ("[1e400]", "Put quotes around it, to make it text."),
        ('["1e400", 1e400]', "Put quotes around it, to make it text."),
        ('{"a": 1, "a": 2}', "Take one of them out."),
        (DEEP, "Make it flatter."),
        (b"\xff\xff\x00{", "Save it as UTF-8."),
        ("[1, ]", "Take the comma out: JSON has none there."),
        ("[1", "Close each { and each [."),
    ],
)
def test_what_is_wrong_says_what_to_do(text, fix):
    with pytest.raises(NotJson) as caught:
        read_json(text)
    assert caught.value.fix == fix


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"a":\n1, "a": 2}', "The file: the key `a` occurs twice in the same object (line 2, column 4)"),
        ("\n\n[NaN]", "The file is not JSON: it holds NaN, which JSON does not have (line 3, column 2)"),
        (DEEP, "The file is not JSON: it is nested too deeply"),
    ],
)
def test_a_sentence_names_the_text_and_the_place(text, sentence):
    with pytest.raises(NotJson) as caught:
        read_json(text)
    assert caught.value.of("The file") == sentence


def test_a_number_that_this_python_cannot_hold_is_refused_without_a_place():
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        with pytest.raises(NotJson) as caught:
            read_json(f'["a", {"1" * 700}]')
    finally:
        sys.set_int_max_str_digits(before)
    assert (caught.value.what, caught.value.line) == ("it holds a number that cannot be read", None)
    assert caught.value.fix == "Look through its numbers."


def test_the_place_of_a_repeated_key_is_as_wide_as_the_key():
    with pytest.raises(NotJson) as caught:
        read_json('{"name": 1, "name": 2}')
    assert (caught.value.offset, caught.value.width, caught.value.repeated) == (12, 6, "name")


def test_half_a_character_in_bytes_is_read_as_it_is():
    assert read_json(b'"\xed\xa0\xbd"') == read_answer(b'"\xed\xa0\xbd"') == "\ud83d"


def test_an_answer_that_is_no_json_says_so():
    with pytest.raises(NotJson) as caught:
        read_answer("<html>")
    assert (caught.value.what, caught.value.fix) == ("it is no JSON text", "Correct it.")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("12", None),
        ("-1.5e3", None),
        ("9" * 4_300, None),
        ("9" * 4_301, "a number of 4,301 digits"),
        ("0x" + "f" * 5_000, None),
        ("0x" + "1" * 5_000, "a number of 5,001 digits"),
        ("-1e400", "the number -1e400, which is too large"),
        ("1" * 18 + "e9999", "a number of 22 digits, which is too large"),
    ],
)
def test_a_number_that_cannot_be_held_is_shown_where_it_is_short(text, problem):
    assert number_problem(text) == problem


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(anything)
def test_all_other_json_is_read_as_it_is(value):
    text = json.dumps(value)
    assert read_json(text) == value
    assert read_json(f"\ufeff {text}\r\n") == value
    assert read_json(text.encode("utf-16")) == value
    assert read_answer(text) == value


def test_an_answer_of_metas_is_read_all_the_same():
    text = f'{{"message_id": "m", "message_id": "m_1", "a": [NaN, 1e400, {"9" * 5000}, 5]}}'
    assert read_answer(text) == {"message_id": "m_1", "a": [None, None, None, 5]}
    assert read_answer(text.encode()) == read_answer(text)


@pytest.mark.parametrize("text", ["", "OK", '{"a":', DEEP, b"\xff\xfe\xfa"])
def test_an_answer_that_is_no_json_is_none(text):
    with pytest.raises(NotJson):
        read_answer(text)


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("{“data”: 1}", "a typographic quote", "straight"),
        ('{"data": ‘x’}', "a typographic quote", "straight"),
        ('{"data": 1, "b" 2}', "a colon is missing", "colon"),
        ('{"data": 1 "b": 2}', "a comma or a closing bracket is missing", "comma"),
        ('{"data": [1, 2', "it ends before a bracket is closed", "Close"),
        ('{"data": undefined}', "there is something that is no value", "null"),
        ('{"data": 1} {"data": 2}', "there is more after the end of the value", "one value"),
        ('{"data": "C:\\Users"}', "a backslash", "two backslashes"),
        ('{"data": "a\nb"}', "a line break or a tab", "for a line break"),
        ('{"data": "a', "a text is not closed", "double quote"),
        ('{"data": 1, }', "comma before a closing bracket", "comma"),
    ],
)
def test_a_fault_of_syntax_says_in_plain_words_what_to_write(text: str, what: str, fix: str) -> None:
    with pytest.raises(NotJson) as caught:
        read_json(text)
    assert what in caught.value.what
    assert fix in caught.value.fix
