"""The line that an error is about, with a caret."""

import pytest

from adaptor.core.errors import InputError
from adaptor.runner.problems.source_lines import caret, excerpt, place_of, pointed_line, remember


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [
        ("a = 1", None, None, "7 | a = 1"),
        ("    a = 1", 4, 5, "7 | a = 1\n  | ^"),
        ("a = bc", 4, 6, "7 | a = bc\n  |     ^^"),
        ("abc", 1, 99, "7 | abc\n  |  ^^"),
        ("abc", 3, 4, "7 | abc\n  |    ^"),
        ("   ", 0, 1, ""),
    ],
)
def test_a_line_is_shown_with_its_number_and_a_caret(text, start, end, expected):
    assert pointed_line(text, 7, start, end) == expected


def test_a_long_line_is_cut_on_both_sides_of_the_caret():
    shown, mark = pointed_line("x" * 300 + "HERE" + "y" * 300, 1, 300, 304).splitlines()
    assert shown.startswith("1 | …x")
    assert shown.endswith("y…")
    assert shown[mark.index("^") : mark.rindex("^") + 1] == "HERE"
    assert pointed_line("x" * 300, 1).endswith("x…")


def test_of_a_long_line_that_is_covered_there_nothing_is_shown():
    line = '{"a": ' + "•" * 400
    assert pointed_line(line, 1, 200, 210) == ""
    assert pointed_line('token: "••••"', 1, 8, 12) == '1 | token: "••••"\n  |         ^^^^'


def test_a_script_inside_another_file_has_its_own_lines():
    remember('w.json, step "a"', "one\ntwo")
    assert excerpt('w.json, step "a"', 2) == "2 | two"
    assert excerpt('w.json, step "a"', 9) == ""
    error = InputError("x")
    error.file, error.line = 'w.json, step "a"', 2
    assert place_of(error) == 'w.json, step "a", line 2'


def test_a_file_that_has_changed_is_read_again(tmp_path):
    file = tmp_path / "job.py"
    file.write_text("a = 1\n")
    assert excerpt(str(file), 1) == "1 | a = 1"
    file.write_text("bcd = 2\n")
    assert excerpt(str(file), 1) == "1 | bcd = 2"


def test_the_caret_is_under_the_innermost_expression_of_the_file(tmp_path):
    file = tmp_path / "job.py"
    file.write_text("é = 1\né = é / (1 - 1)\n", encoding="utf-8")
    with pytest.raises(ZeroDivisionError) as caught:
        exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), {})
    assert caret(caught.tb, str(file)) == (2, 4, 15)
    assert caret(caught.tb, "other.py") is None
