"""Signs of JavaScript in a script: where each is, and what Python writes."""

import pytest

from adaptor.runner.hints.javascript import signs

KNOWN = ["send_text", "fn_if", "log", "state"]


def found(text):
    return [(text[sign.start : sign.end], sign.fix) for sign in signs(text, KNOWN)]


def test_nothing_is_looked_for_in_texts_and_comments_of_python():
    assert found("x = \"`a` => b\"  # const c = 1\ny = '''\n// d && e\n'''\n") == []


def test_a_division_is_no_comment():
    assert found("x = 7 // 2\ny = a // (b)\n") == []


def test_a_text_in_backticks_is_written_as_an_f_string_only_where_it_has_values():
    assert found("`a ${b} c`") == [("`a ${b} c`", 'Write f"a {b} c".')]
    assert found("`a`") == [("`a`", 'Write "a".')]
    assert found('`a "b"`')[0][1].startswith("Write an f-string")


def test_a_sign_of_several_lines_is_pointed_at_where_it_begins():
    assert found("x = `a\nb`")[0][0] == "`a"


def test_a_name_that_the_script_defines_is_its_own():
    assert found("def sendText(x) {\n}\nsendText(1); sendText(2)") == []
    assert found("sendText(1) {; sendText(2)") == [("sendText", "Write send_text.")]


def test_not_equal_of_python_is_no_sign():
    assert found("a != b {") == []


@pytest.mark.long
@pytest.mark.parametrize("text", ["/*" * 50_000, "//a\n" * 40_000, "`" * 90_000, "import {" * 20_000, "!a" * 90_000])
def test_a_script_of_signs_alone_is_read_once_and_the_first_are_listed(text):
    assert len(signs(text, KNOWN)) <= 100
